//! A raw TCP connection whose other end is under test.

mod client;
pub(crate) mod connection;
mod server;
mod wrong_byte;
