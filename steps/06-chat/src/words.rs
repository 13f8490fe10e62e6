//! The chat's own language: JSON in text messages.

use std::collections::BTreeSet;
use std::sync::Arc;

use event_log::EventId;
use serde::{Deserialize, Serialize};

// ANCHOR: said
/// What a member says.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Said {
    /// A message. Its key tells it from all others of its sender, who may say it again when they do
    /// not know whether it was heard.
    Message { msg: String, key: Option<String> },
    /// They are writing one.
    Typing { typing: bool },
}
// ANCHOR_END: said

/// A message, as it is kept in the log.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Kept {
    pub(crate) sender: String,
    pub(crate) msg: String,
}

/// What members are told.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum Told<'a> {
    /// First of all: who is here, and whether other servers are heard.
    Welcome { room: &'a str, you: &'a str, here: BTreeSet<Arc<str>>, shared: bool },
    /// A message of somebody, from its id's time, in milliseconds since 1970.
    Message { sender: &'a str, msg: &'a str, id: EventId, time: u64, key: &'a str },
    /// To its sender only: your message has its place.
    Sent { key: &'a str, id: EventId, time: u64 },
    /// Redis is away, and a message waits for it. It will come again, with its id.
    Waiting { from: &'a str, text: &'a str, key: &'a str },
    /// To its sender only: your message was not taken.
    Refused { key: &'a str, reason: &'a str },
    /// These have come.
    Joined { names: &'a [Arc<str>] },
    /// These have gone.
    Left { names: &'a [Arc<str>] },
    /// Somebody is writing.
    Typing { name: &'a str },
    /// The other servers are heard again, or not any more.
    Shared { shared: bool },
    /// The vote, to whoever comes.
    Counts { counts: &'a std::collections::BTreeMap<String, u64>, newest: EventId },
    /// A vote, and the counts with it.
    Vote {
        candidate: &'a str,
        counts: &'a std::collections::BTreeMap<String, u64>,
        id: EventId,
        key: &'a str,
    },
}
