//! The event log: events are appended, and readers ask for what came after the last event that
//! they have seen. In its rooms, each name has one holder.
//!
//! Polls, votes and rooms all use it. A log belongs to one process, in memory or in a file, or is
//! shared by many processes over a Redis stream. Its reader is an id and nothing else: the log keeps
//! no state about readers.
//!
//! From the bottom to the top:
//!
//! - [`Event`] and its id;
//! - [`agreed`]: what the entries of the log add up to, the same in every process;
//! - [`process`]: what one process says to the others and concludes from what it reads, without
//!   sockets, files or clocks;
//! - `redis` and `file`: the drivers that carry out what a process asks for;
//! - [`EventLog`]: what callers use.
//!
//! ```
//! use event_log::{Draft, EventLog, Topics};
//!
//! let topics = Topics { events_max: 1000, counted: Vec::new(), kept: Vec::new() };
//! let log = EventLog::in_memory(topics);
//! log.append(Draft::new("tea", "key 1", "hello"))?;
//! // The sender is not sure whether it arrived, and sends it again under the same key.
//! let first = log.append(Draft::new("tea", "key 1", "hello"))?;
//! log.append(Draft::new("tea", "key 2", "good bye"))?;
//!
//! // A reader asks for what came after the last event that it has seen.
//! let missed = log.after("tea", first.unwrap());
//! assert!(!missed.is_gap);
//! assert_eq!(missed.events.len(), 1);
//! assert_eq!(&*missed.events[0].data, "good bye");
//! # Ok::<(), event_log::NotAppended>(())
//! ```

pub mod agreed;
mod clock;
mod event;
mod event_log;
pub mod file;
mod file_driver;
pub mod process;
mod redis;
mod redis_url;
mod session;
mod shared;
mod status;
mod wakeups;

pub use agreed::entry::Draft;
pub use agreed::sum::Topics;
pub use clock::unix_milliseconds;
pub use event::{Event, EventId, InvalidEventId, random_key};
pub use event_log::{Counted, EventLog, Membership, NotEntered, NotStored, Place};
pub use process::cursor::{Cursor, Missed, Portion};
pub use process::process::NotAppended;
pub use redis_url::{InvalidRedisUrl, RedisUrl};
pub use session::digest;
pub use shared::Loss;
pub use status::{LogStatus, Medium};
