//! Step 1: a TCP connection carries bytes, and nothing else.
//!
//! There is no WebSocket here yet, and no HTTP. We listen, we [serve](serve_each) one
//! connection in each thread, and we [show](hex_dump) the bytes that a browser sends, as they are.
//! Steps 2 to 4 use the same accept loop.

mod accept_loop;
mod segments;
mod show;

pub use accept_loop::{CONNECTIONS_MAX, serve_each};
pub use segments::{EndOfInput, Segments};
pub use show::{hex_dump, visible};
