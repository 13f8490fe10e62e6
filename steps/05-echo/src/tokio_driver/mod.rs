//! The driver on tokio: it reads, writes and waits for one connection.

pub(crate) mod clock;
pub(crate) mod connection;
pub(crate) mod ended;
pub(crate) mod outgoing;
pub(crate) mod timeouts;
