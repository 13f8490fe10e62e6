//! One case's conversation with the peer, and its verdict.

pub(super) mod conversation;
pub(super) mod drive;
mod ruling;
pub(super) mod schedule;
