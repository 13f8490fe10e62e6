//! The HTTP server of steps 0 and 6: hyper reads requests, axum finds their paths, and this shell
//! sets the limits and the rules that hold for all of them.

mod accept;
mod connection;
mod guard;
mod log;

pub use accept::{listen, serve, serve_with};
pub use connection::{HttpLimits, serve_stream};
pub use guard::{guarded, not_found};
pub use log::log_to_standard_error;
