//! What a server of HTTP/2 needs besides the crate `h2`, with the limits that HTTP/1.1 has here: which
//! streams are open, a stream as a socket, and answers that a client must take in time.

mod socket;
mod streams;

pub use socket::{Receiving, Sending};
pub use streams::{OpenStream, Streams};
