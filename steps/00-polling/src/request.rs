//! The parts of a request that the vote and the chat have in common.

use std::time::Duration;

use event_log::{Event, EventId, EventLog, Portion, random_key};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use web::{Fields, Kind};

use crate::http_error::HttpError;

/// The longest key of a vote or a message, in bytes.
const KEY_MAX: usize = 64;

/// The longest list of events in an answer, in bytes. The client asks for the rest with its next
/// poll. So a client that does not read costs at most this much memory.
const ANSWER_BYTES: usize = 60 * 1024;
/// The bytes of an event in JSON in addition to its texts, at most.
const EVENT_BYTES: usize = 100;
/// The most events that are read for one answer.
pub(crate) const PORTION: Portion = Portion { events: 1_000, bytes: ANSWER_BYTES };

/// The query of a poll.
#[derive(Deserialize)]
pub(crate) struct Poll {
    /// The last event that the client knows.
    #[serde(default)]
    pub(crate) after: EventId,
    /// `wait=0` asks for an answer at once: short polling.
    wait: Option<u8>,
}

impl Poll {
    /// Returns how long this poll is held if there is nothing new: `hold_time`, or no time at all
    /// for short polling.
    pub(crate) fn hold_time(&self, hold_time: Duration) -> Duration {
        if self.wait == Some(0) { Duration::ZERO } else { hold_time }
    }
}

/// Returns the key that a client has sent, or a random one if it has sent none.
///
/// # Errors
/// A bad request if the key is empty or too long.
pub(crate) fn key_or_random(key: Option<String>) -> Result<String, HttpError> {
    match key {
        None => Ok(random_key()),
        Some(key) if (1..=KEY_MAX).contains(&key.len()) => Ok(key),
        Some(_) => Err(HttpError::bad_request(format!("a key has 1 to {KEY_MAX} bytes"))),
    }
}

/// Drops the events for which an answer has no room. Written in JSON, a text can be six times as long.
pub(crate) fn shorten(events: &mut Vec<Event>) {
    let mut bytes = 0;
    let fits = events.iter().take_while(|Event { owner, key, data, .. }| {
        bytes += EVENT_BYTES + json_bytes(owner) + json_bytes(key) + json_bytes(data);
        bytes <= ANSWER_BYTES
    });
    let count = fits.count().max(1);
    events.truncate(count);
}

/// Returns the bytes of a text within a JSON string.
fn json_bytes(text: &str) -> usize {
    let bytes_of = |byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(bytes_of).sum()
}

/// Returns whether a topic has more events than these, so that the client should ask again at once.
pub(crate) fn has_more(log: &EventLog, topic: &str, events: &[Event]) -> bool {
    events.last().is_some_and(|event| event.id < log.newest(topic))
}

/// Reads the JSON of a body.
///
/// # Errors
/// A bad request that says `how` to write it, and what is wrong: with one of the `expected` fields, if
/// it is one of them.
pub(crate) fn read_json<Content: DeserializeOwned>(
    body: &[u8],
    expected: &[(&str, Kind)],
    how: &str,
) -> Result<Content, HttpError> {
    serde_json::from_slice(body).map_err(|problem| {
        let fields = str::from_utf8(body).map(Fields::of);
        let found = fields.ok().and_then(|fields| fields.problem(expected));
        let problem = found.unwrap_or_else(|| problem.to_string());
        HttpError::bad_request(format!("{how}: {problem}"))
    })
}

/// Returns the id to ask with next time. If all events are missing, there is nothing between the
/// oldest of them and this moment that could be asked for.
pub(crate) fn newest_of(log: &EventLog, topic: &str, events: &[Event]) -> EventId {
    events.last().map_or_else(|| log.end(topic), |event| event.id)
}
