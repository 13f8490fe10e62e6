//! Step 0: before WebSocket. A vote and a chat by short polling and by long polling.
//!
//! Both are one thing: news that is [appended](EventLog::append), and people who want what came
//! after the last thing they saw. How they get it is the question of all the steps that follow.
//! Here they ask for it by HTTP, again and again.

mod chat;
mod clock;
mod event;
mod event_log;
mod history;
mod http;
mod news;
mod options;
mod outbox;
mod redis_stream;
mod routes;
mod tally;
mod vote;

pub use event::{Event, EventId, InvalidEventId, fresh_key};
pub use event_log::{EventLog, Full};
pub use http::{HttpLimits, listen, serve, serve_stream, serve_through};
pub use options::Options;
pub use routes::{front_page, guarded, not_found, routes};
pub use tally::{CANDIDATES, Tally, VOTES, candidate_of};
