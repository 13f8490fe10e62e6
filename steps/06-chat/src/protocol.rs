//! The chat's own protocol: JSON in text messages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event_log::EventId;
use serde::{Deserialize, Serialize};

// ANCHOR: client_message
/// What a client sends.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum ClientMessage {
    /// A message to the room. The key is different for each message of a sender. A sender that does
    /// not know whether a message arrived sends it again under the same key.
    Message { msg: String, key: Option<String> },
    /// The member is writing a message.
    Typing { typing: bool },
    /// The client asks whether the connection is still alive.
    Ping { ping: bool },
}
// ANCHOR_END: client_message

/// What the server sends.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum ServerMessage<'a> {
    /// Comes first: the members of the room, and whether this server is connected with the others.
    /// What follows are the messages after `after`: a client that has received none yet comes back
    /// with this id.
    Welcome { room: &'a str, you: &'a str, here: BTreeSet<Arc<str>>, shared: bool, after: EventId },
    /// Messages are missing here, because the server no longer has them.
    Gap {},
    /// A message of another member. `time` is its id's, in milliseconds since 1970.
    Message { sender: &'a str, msg: &'a str, id: EventId, time: u64, key: &'a str },
    /// To the sender of a message: it is in the log, and this is its id.
    Sent { key: &'a str, id: EventId, time: u64 },
    /// Redis is away, and a message waits for it. It will be sent again with its id.
    Waiting { from: &'a str, text: &'a str, key: &'a str },
    /// To the sender of a message: it was not accepted.
    Refused { key: &'a str, reason: &'a str },
    /// These members have entered.
    Joined { names: &'a [Arc<str>] },
    /// These members have left.
    Left { names: &'a [Arc<str>] },
    /// A member is writing.
    Typing { name: &'a str },
    /// Whether this server is connected with the others has changed.
    Shared { shared: bool },
    /// To a client that has sent a ping: the connection is alive.
    Pong {},
    /// Comes first in the vote: the counts so far.
    Counts { counts: &'a BTreeMap<Arc<str>, u64>, newest: EventId },
    /// A vote, and the counts that include it.
    Vote { candidate: &'a str, counts: &'a BTreeMap<Arc<str>, u64>, id: EventId, key: &'a str },
}
