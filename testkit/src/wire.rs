//! A raw TCP connection whose other end is under test.

mod client;
pub(crate) mod connection;
mod handshake;
pub(crate) mod http;
mod incoming;
mod server;
mod wrong_byte;
