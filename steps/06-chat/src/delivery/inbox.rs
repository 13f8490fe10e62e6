//! A member's inbox: what has not been sent to the member yet, in order.

use std::sync::Arc;

use echo::{Encoded, Outgoing};
use tokio::io::AsyncWrite;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::delivery::backlog::Backlog;
use crate::delivery::broadcast::Broadcast;
use crate::metrics::Metrics;

/// Broadcasts that are taken at a time, before any of them is written.
const BATCH: u64 = 64;
/// The most bytes of missed messages that wait to be written. The others stay in the log, where
/// they cost nothing.
const READY_MAX: usize = 64 * 1024;

/// What waits for one member.
pub(crate) struct Inbox {
    /// The member's name. Empty in the vote, where nobody has a name.
    name: String,
    /// What the member receives first.
    first: Option<Encoded>,
    /// The messages that the member has missed. The vote has none.
    backlog: Option<Backlog>,
    /// Bytes of broadcasts that were sent while the member had not yet received what it had missed.
    early_bytes: usize,
    /// The channel from the room.
    pub(crate) broadcasts: broadcast::Receiver<Arc<Broadcast>>,
}

impl Inbox {
    /// Returns an inbox for `name`, who receives `first`, then the `backlog`, and then `broadcasts`.
    pub(crate) fn new(
        name: &str,
        first: Encoded,
        backlog: Option<Backlog>,
        broadcasts: broadcast::Receiver<Arc<Broadcast>>,
    ) -> Self {
        Self { name: name.to_owned(), first: Some(first), backlog, early_bytes: 0, broadcasts }
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
        if let (Some(id), Some(backlog)) = (broadcast.id, &mut self.backlog)
            && !backlog.accept(id)
        {
            return;
        }
        let Some(frame) = broadcast.frame_for(&self.name) else { return };
        if self.is_behind() {
            self.early_bytes += frame.frame().len();
        }
        outgoing.send_encoded(frame);
    }

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
