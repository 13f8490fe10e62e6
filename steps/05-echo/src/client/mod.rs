//! The client: its side of the opening handshake.

pub(crate) mod connect;
