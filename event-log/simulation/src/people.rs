//! The people: windows in which a page shows a room, as the chat's page does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use event_log::EventId;
use event_log::process::core::Outcome;

use crate::time::Time;

/// A window of a visitor.
#[derive(Debug)]
pub struct Window {
    /// The room.
    pub room: String,
    /// The name that the visitor wants.
    pub name: String,
    /// The visitor's secret. Empty if the visitor has none.
    pub session: String,
    /// What the page does now.
    pub state: Page,
    /// What happened since the visitor entered, over all connections.
    pub visit: Visit,
    /// Earlier visits in this window.
    pub past: Vec<Visit>,
    /// Messages that were not confirmed yet, by their keys, the oldest first.
    pub unsent: Vec<String>,
}

/// What a page does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
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
pub struct Visit {
    /// The last message that was received.
    pub last: Option<EventId>,
    /// The messages that were received: their ids and keys.
    pub received: Vec<(EventId, String)>,
    /// The same keys.
    pub seen: BTreeSet<String>,
    /// For each gap that was announced, the number of messages received before.
    pub gaps: BTreeSet<usize>,
    /// When the visitor was let in first.
    pub welcomed_at: Option<Time>,
    /// The members, as the page shows them.
    pub here: BTreeSet<Arc<str>>,
}

/// What a server sends to a page.
#[derive(Clone, Debug)]
pub enum Frame {
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
pub struct Connection {
    /// The window.
    pub window: usize,
    /// The room.
    pub room: String,
    /// The name.
    pub name: String,
    /// The session.
    pub session: String,
    /// The process, and which of its starts.
    pub slot: usize,
    /// The start of the process.
    pub incarnation: u32,
    /// The number of the attempt, once the process knows of it.
    pub number: Option<u64>,
    /// Where it is.
    pub state: State,
    /// When it reached the process.
    pub began: Time,
    /// When the visitor was let in.
    pub admitted_at: Option<Time>,
    /// When Redis took the entry that the visitor is present.
    pub present_at: Option<Time>,
    /// When the process gave it back.
    pub ended_at: Option<Time>,
    /// Whether the client is gone. The process may not know yet.
    pub is_broken: bool,
    /// The reader's place.
    pub cursor: Option<event_log::process::cursor::Cursor>,
    /// Whether everything missed was read.
    pub is_live: bool,
    /// Whether this reader reads slowly.
    pub is_slow: bool,
    /// The members, as the process has told this client.
    pub told: BTreeSet<Arc<str>>,
    /// When the last frame arrives at the client.
    pub sent_upto: Time,
    /// The process under whose name the seat was given back by others, with reason. See
    /// [`exceptions`](crate::oracle).
    pub given_up_as: Option<Arc<str>>,
    /// Whether the visitor was let in while Redis was away, and the log does not know it yet.
    pub is_provisional: bool,
    /// The last message that the client had received when it came.
    pub after: Option<EventId>,
}

/// The state of a connection, as its process sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
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
pub struct Fact {
    /// The room, or the topic of the vote.
    pub topic: String,
    /// The content.
    pub data: String,
    /// When somebody saw it first, or was told that it is in the log.
    pub confirmed_at: Option<Time>,
    /// When Redis took it first.
    pub appended_at: Option<Time>,
    /// The ids under which it was seen.
    pub ids: BTreeSet<EventId>,
}

/// A vote that is not answered yet.
#[derive(Debug)]
pub struct Ballot {
    /// Its key.
    pub key: String,
    /// The process that was asked last, if it has taken the vote.
    pub asked: Option<(usize, u32)>,
    /// Whether it was answered.
    pub is_answered: bool,
}

/// A stranger who wants a free name, at the end.
#[derive(Debug)]
pub struct Probe {
    /// The process and the number of the attempt.
    pub attempt: (usize, u64),
    /// The room and the name.
    pub place: (String, String),
    /// What has become of it.
    pub outcome: Option<Outcome>,
}

/// All messages and votes, by their keys.
pub type Facts = BTreeMap<String, Fact>;
