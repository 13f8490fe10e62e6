//! From a room, or the vote, to each of its members.

pub(crate) mod audience;
pub(crate) mod broadcast;
pub(crate) mod inbox;
pub(crate) mod line;
pub(crate) mod participant;
pub(crate) mod stream;
