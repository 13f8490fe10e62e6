//! One event of the log, and the id that gives it its place.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

/// The longest text of an id, in bytes: two numbers of twenty digits, and what is between them.
const ID_MAX: usize = 41;

/// The place of an event in its log: the millisecond in which it was appended, and its number
/// within that millisecond. Later events have greater ids.
///
/// As text it is `1763716484123-0`, the form that Redis streams use. The default, `0-0`, comes
/// before every event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct EventId {
    /// Milliseconds since 1970, by the clock of the process (or the Redis) that gave the id.
    pub milliseconds: u64,
    /// Counts the events of one millisecond, from 0.
    pub sequence: u64,
}

impl EventId {
    /// Comes after every event.
    pub(crate) const MAX: Self = Self { milliseconds: u64::MAX, sequence: u64::MAX };

    // ANCHOR: next
    /// Returns the id of the event that comes after this one, when the clock says `milliseconds`.
    ///
    /// Ids must grow even if the clock is set back. Until such a clock has caught up, only the
    /// sequence number grows.
    #[must_use]
    pub fn next(self, milliseconds: u64) -> Self {
        if milliseconds > self.milliseconds {
            Self { milliseconds, sequence: 0 }
        } else {
            Self { sequence: self.sequence.saturating_add(1), ..self }
        }
    }
    // ANCHOR_END: next
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.milliseconds, self.sequence)
    }
}

/// A text that is not the id of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the id of an event looks like 1763716484123-0")]
pub struct InvalidEventId;

impl FromStr for EventId {
    type Err = InvalidEventId;

    fn from_str(text: &str) -> Result<Self, InvalidEventId> {
        let (milliseconds, sequence) = text.split_once('-').ok_or(InvalidEventId)?;
        let number = |digits: &str| digits.parse().map_err(|_| InvalidEventId);
        let id = Self { milliseconds: number(milliseconds)?, sequence: number(sequence)? };
        // An id has exactly one text form: no plus signs, no leading zeros.
        if id.to_string() == text { Ok(id) } else { Err(InvalidEventId) }
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Nearly every message contains an id. This takes a third of the time of `collect_str`.
        let (mut milliseconds, mut sequence) = (itoa::Buffer::new(), itoa::Buffer::new());
        let parts = [milliseconds.format(self.milliseconds), "-", sequence.format(self.sequence)];
        let mut text = [0; ID_MAX];
        let mut end = 0;
        for part in parts {
            text[end..end + part.len()].copy_from_slice(part.as_bytes());
            end += part.len();
        }
        serializer.serialize_str(std::str::from_utf8(&text[..end]).unwrap_or_default())
    }
}

impl TryFrom<String> for EventId {
    type Error = InvalidEventId;

    fn try_from(text: String) -> Result<Self, InvalidEventId> {
        text.parse()
    }
}

// ANCHOR: event
/// One event of a log. Cloning it is cheap, because the texts are shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place in the log.
    pub id: EventId,
    /// The topic that it belongs to. Readers follow one topic.
    pub topic: Arc<str>,
    /// Who has sent it: a name, or whatever distinguishes one sender from another. May be empty.
    pub owner: Arc<str>,
    /// The key that its sender gave it. A second event with the same topic, owner, key and content
    /// is a repetition, and is dropped.
    pub key: Arc<str>,
    /// The content. Each topic defines its own format.
    pub data: Arc<str>,
}
// ANCHOR_END: event

/// Returns a key that has not been used before: 16 random hexadecimal digits.
pub fn random_key() -> String {
    format!("{:016x}", rand::random::<u64>())
}
