//! The HTTP server of steps 0, 6 and 7: hyper reads requests, axum finds their paths, and this shell
//! sets the limits and the rules that hold for all of them.

mod accept;
mod client;
mod connection;
mod counts;
mod crowd;
mod guard;
#[cfg(feature = "http2")]
pub mod http2;
mod http_io;
mod log;
mod plain_answer;
mod timed_stream;
mod turn;

pub use accept::{listen, serve, serve_with};
pub use client::Client;
pub use connection::{HttpLimits, serve_stream};
pub use counts::{Denial, HttpCounts};
pub use guard::{guarded, not_found};
pub use http_io::take_stream;
pub use log::{log_refusal, log_to_standard_error};
pub use timed_stream::{HttpTimes, TimedStream};
pub use turn::Turn;
