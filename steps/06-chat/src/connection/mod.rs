//! One member's connection: what the member may send, and how fast it must read.

pub(crate) mod chat_limits;
pub(crate) mod conversation;
pub(crate) mod ending;
pub(crate) mod rate_limit;
pub(crate) mod slow_reader;
