//! The people: windows in which a page shows a room, as the chat's page does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event_log::process::core::Outcome;
use event_log::{Draft, EventId};

use crate::time::Time;

/// A window of a visitor.
#[derive(Debug)]
pub(crate) struct Window {
    /// The room.
    pub(crate) room: String,
    /// The name that the visitor wants.
    pub(crate) name: String,
    /// The visitor's secret. Empty if the visitor has none.
    pub(crate) session: String,
    /// What the page does now.
    pub(crate) state: Page,
    /// What happened since the visitor entered, over all connections.
    pub(crate) visit: Visit,
    /// Earlier visits in this window.
    pub(crate) past: Vec<Visit>,
    /// Messages that were not confirmed yet, by their keys, the oldest first.
    pub(crate) unsent: Vec<String>,
}

/// What a page does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// It shows the form.
    Out,
    /// It waits, and then tries to come back.
    Pauses,
    /// It has opened this connection, and waits to be let in.
    Tries(usize),
    /// It is in, over this connection.
    In(usize),
}

/// A stay in a room, across all returns.
#[derive(Debug, Default)]
pub(crate) struct Visit {
    /// The last message that was received.
    pub(crate) last: Option<EventId>,
    /// The messages that were received: their ids and keys.
    pub(crate) received: Vec<(EventId, String)>,
    /// The same keys.
    pub(crate) seen: BTreeSet<String>,
    /// For each gap that was announced, the number of messages received before.
    pub(crate) gaps: BTreeSet<usize>,
    /// When the visitor was let in first.
    pub(crate) welcomed_at: Option<Time>,
    /// The members, as the page shows them.
    pub(crate) here: BTreeSet<Arc<str>>,
}

/// What a server sends to a page.
#[derive(Clone, Debug)]
pub(crate) enum Frame {
    /// The visitor is in. These are here, and what comes next comes after this event.
    Welcome(BTreeSet<Arc<str>>, EventId),
    /// A message: its id and key.
    Message(EventId, String),
    /// A message of the reader with this key is in the log.
    Sent(String),
    /// Something is missing here.
    Gap,
    /// These have joined.
    Joined(Vec<Arc<str>>),
    /// These have left.
    Left(Vec<Arc<str>>),
    /// The connection ends with this status code.
    Closed(u16),
}

/// One connection of a window with a process.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "they are facts, and no states")]
pub(crate) struct Connection {
    /// The window.
    pub(crate) window: usize,
    /// The room.
    pub(crate) room: String,
    /// The name.
    pub(crate) name: String,
    /// The session.
    pub(crate) session: String,
    /// The process, and which of its starts.
    pub(crate) slot: usize,
    /// The start of the process.
    pub(crate) incarnation: u32,
    /// The number of the attempt, once the process knows of it.
    pub(crate) number: Option<u64>,
    /// Where it is.
    pub(crate) state: State,
    /// When it reached the process.
    pub(crate) began: Time,
    /// When the visitor was let in.
    pub(crate) admitted_at: Option<Time>,
    /// When Redis took the entry that the visitor is present.
    pub(crate) present_at: Option<Time>,
    /// When the process gave it back.
    pub(crate) ended_at: Option<Time>,
    /// Whether the client is gone. The process may not know yet.
    pub(crate) is_broken: bool,
    /// The reader's place.
    pub(crate) cursor: Option<event_log::process::cursor::Cursor>,
    /// Whether everything missed was read.
    pub(crate) is_live: bool,
    /// Whether this reader reads slowly.
    pub(crate) is_slow: bool,
    /// The members, as the process has told this client.
    pub(crate) told: BTreeSet<Arc<str>>,
    /// When the last frame arrives at the client.
    pub(crate) sent_upto: Time,
    /// The process under whose name the seat was given back by others, with reason. See
    /// [`exceptions`](crate::oracle).
    pub(crate) given_up_as: Option<Arc<str>>,
    /// Whether the visitor was let in while Redis was away, and the log does not know it yet.
    pub(crate) is_provisional: bool,
    /// The last message that the client had received when it came.
    pub(crate) after: Option<EventId>,
}

/// The state of a connection, as its process sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It is on its way to the process.
    Opening,
    /// It waits to be let in.
    Attempt,
    /// The visitor is in.
    Admitted,
    /// It has ended.
    Ended,
}

/// What is known of a message or a vote.
#[derive(Debug, Default)]
pub(crate) struct Fact {
    /// The room, or the topic of the vote.
    pub(crate) topic: String,
    /// The sender of a message. A vote has no owner.
    pub(crate) owner: String,
    /// The content.
    pub(crate) data: String,
    /// When somebody saw it first, or was told that it is in the log.
    pub(crate) confirmed_at: Option<Time>,
    /// When Redis took it first.
    pub(crate) appended_at: Option<Time>,
    /// The ids under which it was seen.
    pub(crate) ids: BTreeSet<EventId>,
}

impl Fact {
    /// Returns the event that is appended under this key.
    pub(crate) fn draft(&self, key: &str) -> Draft {
        Draft::new(&*self.topic, key, &*self.data).owned_by(&*self.owner)
    }
}

/// A vote that is not answered yet.
#[derive(Debug)]
pub(crate) struct Ballot {
    /// Its key.
    pub(crate) key: String,
    /// The process that was asked last, if it has taken the vote.
    pub(crate) asked: Option<(usize, u32)>,
    /// Whether it was answered.
    pub(crate) is_answered: bool,
}

/// A stranger who wants a free name, at the end.
#[derive(Debug)]
pub(crate) struct Probe {
    /// The process and the number of the attempt.
    pub(crate) attempt: (usize, u64),
    /// The room and the name.
    pub(crate) place: (String, String),
    /// What has become of it.
    pub(crate) outcome: Option<Outcome>,
}

/// All messages and votes, by their keys.
pub(crate) type Facts = BTreeMap<String, Fact>;
