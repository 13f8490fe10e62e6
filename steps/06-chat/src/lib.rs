//! Step 6: many people in one process, then in many.
//!
//! A room is a topic of the event log, a list of its members, and a task that broadcasts what
//! happens. A broadcast is encoded once (step 5). Each connection takes it into an output of its
//! own, so that no member waits for another.

mod app;
mod broadcast;
mod chat_limits;
mod converse;
mod election;
mod inbox;
mod metrics;
mod names;
mod options;
mod presence;
mod presence_task;
mod protocol;
mod rate_limit;
mod room;
mod rooms;
mod routes;
mod slow_reader;
mod socket;
mod tls;

pub use app::App;
pub use chat_limits::ChatLimits;
pub use options::Options;
pub use routes::router;
pub use tls::{acceptor, serve_tls};
