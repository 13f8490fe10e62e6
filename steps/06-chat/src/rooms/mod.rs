//! The rooms of this server, and who is in them: here and, over Redis, on other servers.

pub(crate) mod names;
pub(crate) mod presence;
pub(crate) mod presence_task;
pub(crate) mod registry;
pub(crate) mod room;
