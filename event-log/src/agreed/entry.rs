//! One entry of the log: what all processes agree on is the sum of these.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::event::EventId;

/// The name of a process: random, and new for each start.
pub type ProcessId = Arc<str>;

// ANCHOR: entry
/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the log.
    pub id: EventId,
    /// What happened. `None` for an entry that only carries a snapshot, and for one that this
    /// version does not understand.
    pub record: Option<Record>,
    /// Names and counts after an earlier entry, or after this one.
    pub snapshot: Option<Snapshot>,
}

/// What an entry records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// An event of a topic: a message, or a vote.
    Event(Draft),
    /// A change of the names.
    Names(NameChange),
}

/// An event that has no id yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The topic that the event belongs to.
    pub topic: Arc<str>,
    /// Its sender: a name, or whatever distinguishes one sender from another. May be empty.
    pub owner: Arc<str>,
    /// The key that the sender gave it. Two owners may use the same key.
    pub key: Arc<str>,
    /// The content.
    pub data: Arc<str>,
}
// ANCHOR_END: entry

impl Draft {
    /// Returns an event without an owner.
    pub fn new(
        topic: impl Into<Arc<str>>,
        key: impl Into<Arc<str>>,
        data: impl Into<Arc<str>>,
    ) -> Self {
        Self { topic: topic.into(), owner: Arc::default(), key: key.into(), data: data.into() }
    }

    /// Returns the same event with an owner.
    #[must_use]
    pub fn owned_by(self, owner: impl Into<Arc<str>>) -> Self {
        Self { owner: owner.into(), ..self }
    }
}

// ANCHOR: seat
/// One attempt of one connection to get a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Seat {
    /// The process that holds the connection.
    pub process: ProcessId,
    /// Distinguishes the attempts at one process.
    pub number: u64,
}
// ANCHOR_END: seat

// ANCHOR: name_change
/// A change of the names, as an entry of the log records it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "lowercase")]
pub enum NameChange {
    /// Claims a name for a seat, or records that the member is present.
    Seat {
        /// The room.
        room: Arc<str>,
        /// The name, which has one holder in its room.
        name: Arc<str>,
        /// What the name [looks](names::looks) like, by the tables of the process that claims it.
        /// Empty in an entry of an older version.
        #[serde(default)]
        looks: Arc<str>,
        /// Digest of the visitor's session. A visitor with the same session may take the name over.
        session: Arc<str>,
        /// The seat.
        seat: Seat,
        /// `false` for a claim, `true` if the member is present.
        is_present: bool,
        /// When the connection came, in milliseconds since 1970 by the clock of the log. Needed for a
        /// member who was let in while Redis was away, and so has no claim in the log.
        came: u64,
    },
    /// Gives a seat back.
    Leave {
        /// The room.
        room: Arc<str>,
        /// The name.
        name: Arc<str>,
        /// The seat.
        seat: Seat,
    },
    /// Gives back all seats of a process that has stopped, or that gives no sign of life.
    Gone {
        /// The process.
        process: ProcessId,
    },
}
// ANCHOR_END: name_change

// ANCHOR: held
/// A seat that has claimed a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The seat.
    pub seat: Seat,
    /// The place of the claim in the log. Of a visitor's connections, the one with the latest claim was
    /// opened last.
    pub since: EventId,
}
// ANCHOR_END: held

// ANCHOR: snapshot
/// The sum of all entries up to one of them: who holds which name, and the counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The last entry that is included.
    pub upto: EventId,
    /// Each name that is claimed or held.
    pub names: Vec<HeldName>,
    /// For each topic that is counted, how often each content has occurred.
    pub counts: Counts,
    /// Events up to this one may be missing in the log. Only set by a process that gives Redis back
    /// what it has lost.
    #[serde(default)]
    pub missing_upto: EventId,
}
// ANCHOR_END: snapshot

/// How often each content has occurred, by topic.
pub type Counts = BTreeMap<Arc<str>, BTreeMap<Arc<str>, u64>>;

/// One name of a [`Snapshot`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldName {
    /// The room.
    pub room: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// The connection that has claimed or holds it.
    #[serde(flatten)]
    pub held: Held,
}

// ANCHOR: held_name
/// A name that is claimed or held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Digest of the visitor's session. Empty if the visitor has none, and cannot take the name over.
    pub session: Arc<str>,
    /// The seat of the member who is present.
    pub present: Option<Claim>,
    /// Seats of the same session that have claimed the name.
    pub claims: Vec<Claim>,
    /// Whether a member has ever been present under this name.
    pub is_announced: bool,
    /// What the name looks like. No other visitor can have a name in this room that looks the same.
    #[serde(default)]
    pub looks: Arc<str>,
}
// ANCHOR_END: held_name
