//! The chat's own protocol: JSON in text messages.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event_log::EventId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web::Kind;

// ANCHOR: client_message
/// What a client sends: one of `msg`, `typing` and `ping`.
#[derive(Debug, Deserialize)]
pub(crate) struct ClientMessage<'a> {
    /// A message to the room.
    #[serde(borrow)]
    pub(crate) msg: Option<Text<'a>>,
    /// The key of the message, different for each message of a sender. A sender that does not know
    /// whether a message arrived sends it again under the same key.
    #[serde(borrow)]
    pub(crate) key: Option<Text<'a>>,
    /// The member is writing a message.
    pub(crate) typing: Option<bool>,
    /// The client asks whether the connection is still alive.
    pub(crate) ping: Option<bool>,
}

/// A text in JSON. It is copied only if it has escapes.
#[derive(Debug, Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);
// ANCHOR_END: client_message

impl ClientMessage<'_> {
    /// What its fields should be, the more important ones first.
    pub(crate) const FIELDS: [(&'static str, Kind); 4] =
        [("key", Kind::Text), ("msg", Kind::Text), ("typing", Kind::Flag), ("ping", Kind::Flag)];
    /// How it is written.
    pub(crate) const HOW: &'static str =
        r#"write it like {"msg": "hello", "key": "1"}, {"typing": true} or {"ping": true}"#;
}

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
    /// To the sender of a message: it was not accepted. The key is the one in the message, whatever it
    /// is, and an empty text if there is none.
    Refused { key: Value, reason: &'a str },
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
