//! Step 0: before WebSocket. A vote and a chat by short polling and by long polling.
//!
//! Both are one thing: news that is [appended](EventLog::append), and people who want what came
//! after the last thing they saw. How they get it is the question of all the steps that follow.

mod event;
mod event_log;
mod history;
mod news;
mod outbox;
mod redis_stream;

pub use event::{Event, EventId, InvalidEventId, fresh_key};
pub use event_log::{EventLog, Full};
