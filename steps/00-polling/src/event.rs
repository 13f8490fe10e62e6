//! One piece of news, and the number by which everyone knows where it stands.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Where an event stands in its log: when it was appended, and which one of that millisecond it
/// is. Later events have greater ids.
///
/// As text it is `1763716484123-0`, the form of Redis streams. The default, `0-0`, is before
/// everything.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub struct EventId {
    /// Milliseconds since 1970, by the clock of whoever keeps the log.
    pub milliseconds: u64,
    /// Counts the events of one millisecond, from 0.
    pub sequence: u64,
}

impl EventId {
    // ANCHOR: next
    /// The id of an event that comes after this one, when the clock says `milliseconds`.
    ///
    /// Clocks are set back now and then, and ids still have to grow: such a clock is not followed
    /// until it has caught up.
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

/// The text is not the id of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the id of an event looks like 1763716484123-0")]
pub struct InvalidEventId;

impl FromStr for EventId {
    type Err = InvalidEventId;

    fn from_str(text: &str) -> Result<Self, InvalidEventId> {
        let (milliseconds, sequence) = text.split_once('-').ok_or(InvalidEventId)?;
        let number = |digits: &str| digits.parse().map_err(|_| InvalidEventId);
        let id = Self { milliseconds: number(milliseconds)?, sequence: number(sequence)? };
        // One id has one text: no plus signs, no leading zeros.
        if id.to_string() == text { Ok(id) } else { Err(InvalidEventId) }
    }
}

impl From<EventId> for String {
    fn from(id: EventId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for EventId {
    type Error = InvalidEventId;

    fn try_from(text: String) -> Result<Self, InvalidEventId> {
        text.parse()
    }
}

// ANCHOR: event
/// One piece of news. A copy is cheap: the texts are shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where it stands.
    pub id: EventId,
    /// What it is about; people follow a topic.
    pub topic: Arc<str>,
    /// What its sender calls it; see [`EventLog::append`](crate::EventLog::append).
    pub key: Arc<str>,
    /// What it says, in whatever form its topic has.
    pub data: Arc<str>,
}
// ANCHOR_END: event

/// A key that nobody has used before: 16 random hexadecimal digits.
#[must_use]
pub fn fresh_key() -> String {
    format!("{:016x}", rand::random::<u64>())
}
