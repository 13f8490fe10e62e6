//! From a room, or the vote, to each of its members.

pub(crate) mod backlog;
pub(crate) mod broadcast;
pub(crate) mod inbox;
