//! The rooms of this server, and who is in them.

pub(crate) mod lookout;
pub(crate) mod registry;
pub(crate) mod room;
