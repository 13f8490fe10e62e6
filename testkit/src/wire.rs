//! A raw TCP connection whose other end is under test.

mod client;
pub(crate) mod connection;
pub(crate) mod handshake;
pub(crate) mod http;
pub(crate) mod incoming;
mod server;
mod wrong_byte;
