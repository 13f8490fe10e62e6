//! The reader's program: built, started, and ended.

pub(crate) mod build;
pub(crate) mod server;
pub(crate) mod start;
pub(crate) mod trouble;
