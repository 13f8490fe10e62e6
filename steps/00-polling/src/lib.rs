//! Step 0: before WebSocket. A vote and a chat by short polling and by long polling.
//!
//! Both are one thing: events that are [appended](event_log::EventLog::append) to a log, and
//! clients that want the events after the last one that they have seen. How the events get to the
//! clients is the question of all the steps that follow. Here the clients ask by HTTP, again and
//! again.

mod chat;
mod http_error;
mod options;
mod page;
mod request;
mod routes;
mod tally;
mod vote;

pub use options::Options;
pub use routes::{routes, site};
pub use tally::{CANDIDATES, MESSAGES, Tally, VOTES, topics};
