//! Step 6: many people in one process, then in many.
//!
//! A room is a log of messages (step 0), a list of who is here, and a voice that tells everyone what
//! happens. What it tells is encoded once (step 5), and each connection takes it into an output of
//! its own, so that nobody waits for anybody else.

mod allowance;
mod app;
mod ballot;
mod converse;
mod inbox;
mod metrics;
mod names;
mod news;
mod options;
mod presence;
mod room;
mod rooms;
mod slow_reader;
mod socket;
mod tls;
mod words;

pub use app::{App, router};
pub use converse::Bounds;
pub use options::Options;
pub use tls::{acceptor, serve_tls};
