//! The driver on tokio: one connection, which reads, writes and waits.

pub(crate) mod clock;
pub(crate) mod connection;
pub(crate) mod ended;
pub(crate) mod outgoing;
pub(crate) mod timeouts;
