//! Programs: where they are, how they are built, and how they are run.

pub(crate) mod axe;
pub(crate) mod cargo;
pub(crate) mod chromium;
pub(crate) mod folders;
pub(crate) mod listening;
pub(crate) mod packages;
pub(crate) mod process;
pub(crate) mod program;
pub(crate) mod proxy;
pub(crate) mod python_h2;
pub(crate) mod redis;
pub(crate) mod reverse_proxy;
pub(crate) mod search_path;
pub(crate) mod server;
pub(crate) mod step;
pub(crate) mod unread;
pub(crate) mod viewers;
