//! The event log: events are appended, and readers ask for what came after the last event that
//! they have seen.
//!
//! Polls, votes and rooms all use it. A log belongs to one process, or is shared by many processes
//! over a Redis stream. Its reader is an id and nothing else: the log keeps no state about readers.
//!
//! The files, from the bottom to the top: an [`Event`] and its id; the bounded history of one
//! process; the history with the tasks that wait for it; the outbox of events that Redis has not
//! confirmed; the Redis stream; and [`EventLog`], which is what callers use.

mod clock;
mod event;
mod event_log;
mod history;
mod memory_log;
mod outbox;
mod redis_stream;
mod redis_url;

pub use clock::unix_milliseconds;
pub use event::{Event, EventId, InvalidEventId, random_key};
pub use event_log::EventLog;
pub use outbox::OutboxFull;
pub use redis_url::{InvalidRedisUrl, RedisUrl};
