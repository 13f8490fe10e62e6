//! Step 6: many people in one process, then in many.
//!
//! A room is a topic of the event log, a list of its members, and a task that broadcasts what
//! happens. A broadcast is encoded once (step 5). Each connection takes it into an output of its
//! own, so that no member waits for another.

mod app;
mod attend;
mod broadcast;
mod chat_limits;
mod election;
mod metrics;
mod names;
mod options;
mod place;
mod presence;
mod presence_task;
mod protocol;
mod rate_limit;
mod room;
mod rooms;
mod routes;
mod socket;
mod tls;

pub use app::App;
pub use chat_limits::ChatLimits;
pub use options::Options;
pub use routes::router;
pub use tls::{acceptor, serve_tls};
