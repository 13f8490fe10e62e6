//! From a room, or the vote, to each of its members.

pub(crate) mod broadcast;
pub(crate) mod inbox;
