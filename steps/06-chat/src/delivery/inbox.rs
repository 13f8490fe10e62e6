//! A member's inbox: what has not been sent to the member yet, in order.

use std::collections::BTreeSet;
use std::mem::take;
use std::sync::Arc;

use echo::{Encoded, Outgoing};
use event_log::EventId;
use tokio::io::AsyncWrite;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::delivery::backlog::Backlog;
use crate::delivery::broadcast::{Broadcast, encode};
use crate::metrics::Metrics;
use crate::protocol::ServerMessage;

/// Broadcasts that are taken at a time, before any of them is written.
const BATCH: u64 = 64;
/// The most bytes of missed messages that wait to be written. The others stay in the log, where
/// they cost nothing.
const READY_MAX: usize = 64 * 1024;

/// An answer to a message, for its sender alone.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) frame: Encoded,
    /// The place in the log of the message that this is about. The sender may have older messages
    /// to receive first.
    pub(crate) id: Option<EventId>,
}

impl Answer {
    /// Returns the answer that a message or a vote was not accepted.
    pub(crate) fn refused(key: &str, reason: &str) -> Self {
        Self { frame: encode(&ServerMessage::Refused { key, reason }), id: None }
    }

    /// Returns the answer to a ping.
    pub(crate) fn pong() -> Self {
        Self { frame: encode(&ServerMessage::Pong {}), id: None }
    }
}

/// What waits for one member.
pub(crate) struct Inbox {
    /// The member's name. Empty in the vote, where nobody has a name.
    name: String,
    /// What the member receives first.
    first: Option<Encoded>,
    /// The messages that the member has missed. The vote has none.
    backlog: Option<Backlog>,
    /// The newest vote that the page of a voter has received, or that is included in `first`.
    newest_vote: EventId,
    /// Bytes of broadcasts that were sent while the member had not yet received what it had missed.
    early_bytes: usize,
    /// Names that were in the member's welcome, and that the room has not been told of.
    unannounced: BTreeSet<Arc<str>>,
    /// The channel from the room.
    pub(crate) broadcasts: broadcast::Receiver<Arc<Broadcast>>,
}

impl Inbox {
    /// Returns an inbox for `name`, who receives `first`, then the `backlog`, and then `broadcasts`.
    pub(crate) fn new(
        name: &str,
        first: Encoded,
        backlog: Option<Backlog>,
        unannounced: BTreeSet<Arc<str>>,
        broadcasts: broadcast::Receiver<Arc<Broadcast>>,
    ) -> Self {
        let (name, first) = (name.to_owned(), Some(first));
        let (newest_vote, early_bytes) = (EventId::default(), 0);
        Self { name, first, backlog, newest_vote, early_bytes, unannounced, broadcasts }
    }

    /// Returns an inbox for a voter, who receives the `counts` up to the vote `newest`, and then the
    /// later ones of `votes`.
    pub(crate) fn of_voter(
        counts: Encoded,
        newest: EventId,
        votes: broadcast::Receiver<Arc<Broadcast>>,
    ) -> Self {
        Self { newest_vote: newest, ..Self::new("", counts, None, BTreeSet::new(), votes) }
    }

    // ANCHOR: catch_up
    /// Sends what the member has missed, as far as there is room for it. Returns whether nothing is
    /// left.
    pub(crate) fn catch_up(&mut self, mut outgoing: Outgoing<'_, impl AsyncWrite + Unpin>) -> bool {
        if let Some(first) = self.first.take() {
            outgoing.send_encoded(&first);
        }
        let Some(backlog) = &mut self.backlog else { return true };
        while outgoing.pending() < READY_MAX {
            let Some(frame) = backlog.next() else {
                self.early_bytes = 0;
                return true;
            };
            outgoing.send_encoded(&frame);
        }
        false
    }
    // ANCHOR_END: catch_up

    // ANCHOR: take
    /// Takes the broadcasts that have come, the first of which was received already. Returns `false`
    /// if some were missed.
    pub(crate) fn take(
        &mut self,
        first: Result<Arc<Broadcast>, RecvError>,
        outgoing: &mut Outgoing<'_, impl AsyncWrite + Unpin>,
        metrics: &Metrics,
    ) -> bool {
        let (mut messages, mut bytes) = (0, 0);
        let mut next = first.ok();
        loop {
            let Some(broadcast) = next else { return false };
            messages += 1;
            bytes += broadcast.frame.frame().len();
            self.send(&broadcast, outgoing);
            if messages == BATCH {
                break;
            }
            next = match self.broadcasts.try_recv() {
                Err(TryRecvError::Empty) => break,
                more => more.ok(),
            };
        }
        metrics.messages_sent(messages, bytes as u64);
        true
    }
    // ANCHOR_END: take

    /// Sends a broadcast, unless it is a message that the member has or will read from the log.
    fn send(
        &mut self,
        broadcast: &Broadcast,
        outgoing: &mut Outgoing<'_, impl AsyncWrite + Unpin>,
    ) {
        if broadcast.id.is_some_and(|id| !self.accept(id)) {
            return;
        }
        let fresh;
        let frame = match self.fresh_names(broadcast) {
            None => broadcast.frame_for(&self.name),
            Some(names) if names.is_empty() => None,
            Some(names) => {
                fresh = encode(&ServerMessage::Joined { names: &names });
                Some(&fresh)
            }
        };
        let Some(frame) = frame else { return };
        if self.is_behind() {
            self.early_bytes += frame.frame().len();
        }
        outgoing.send_encoded(frame);
    }

    /// Returns the names in a broadcast about members who have joined, without those that were in the
    /// member's welcome. `None` if the broadcast is new as a whole.
    fn fresh_names(&mut self, broadcast: &Broadcast) -> Option<Vec<Arc<str>>> {
        if broadcast.joined.is_empty() || self.unannounced.is_empty() {
            return None;
        }
        let known = take(&mut self.unannounced);
        let fresh = broadcast.joined.iter().filter(|name| !known.contains(*name));
        Some(fresh.cloned().collect())
    }

    /// Returns whether a message or a vote that is broadcast now is new to the member.
    fn accept(&mut self, id: EventId) -> bool {
        if let Some(backlog) = &mut self.backlog {
            return backlog.accept(id);
        }
        let is_new = id > self.newest_vote;
        self.newest_vote = self.newest_vote.max(id);
        is_new
    }

    // ANCHOR: answer
    /// Sends an answer. An answer about a message that the member has yet to receive is not sent:
    /// the message will come in its order, after all older ones, and that is the answer.
    pub(crate) fn answer(
        &self,
        answer: &Answer,
        outgoing: &mut Outgoing<'_, impl AsyncWrite + Unpin>,
    ) {
        let received = self.backlog.as_ref().map_or(self.newest_vote, Backlog::received);
        if answer.id.is_none_or(|id| id <= received) {
            outgoing.send_encoded(&answer.frame);
        }
    }
    // ANCHOR_END: answer

    fn is_behind(&self) -> bool {
        self.backlog.as_ref().is_some_and(|backlog| !backlog.is_done())
    }

    /// Returns the bytes that wait until the member reads them, of which `pending` are in the output
    /// of the connection. Messages that the member had missed before it came do not count.
    pub(crate) fn waiting(&self, pending: usize) -> usize {
        if self.is_behind() { self.early_bytes } else { pending }
    }

    /// Sends all broadcasts that have come, before the connection ends. A member who has not received
    /// everything that it had missed gets no newer message: it would not ask for the rest.
    pub(crate) fn send_rest(&mut self, outgoing: &mut Outgoing<'_, impl AsyncWrite + Unpin>) {
        while let Ok(broadcast) = self.broadcasts.try_recv() {
            self.send(&broadcast, outgoing);
        }
    }
}
