//! A member's inbox: what has not been sent to the member yet, in order.

use std::collections::VecDeque;
use std::sync::Arc;

use echo::{Encoded, Outgoing};
use tokio::io::AsyncWrite;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, oneshot};

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
    pub(crate) name: String,
    /// What the member receives first: the messages that it has missed. Each is encoded when it is
    /// its turn.
    greeting: Option<Box<dyn Iterator<Item = Encoded> + Send>>,
    /// Broadcasts that have come meanwhile, and their length in bytes.
    held: VecDeque<Arc<Broadcast>>,
    held_bytes: usize,
    /// The channel from the room.
    pub(crate) broadcasts: broadcast::Receiver<Arc<Broadcast>>,
    /// Carries nothing. It ends when another connection takes the name over.
    pub(crate) taken: oneshot::Receiver<()>,
}

impl Inbox {
    /// Returns an inbox for `name`, who receives `greeting` and then `broadcasts`, until the name is
    /// `taken` over.
    pub(crate) fn new(
        name: &str,
        greeting: impl Iterator<Item = Encoded> + Send + 'static,
        broadcasts: broadcast::Receiver<Arc<Broadcast>>,
        taken: oneshot::Receiver<()>,
    ) -> Self {
        let greeting: Box<dyn Iterator<Item = Encoded> + Send> = Box::new(greeting);
        let (name, held) = (name.to_owned(), VecDeque::new());
        Self { name, greeting: Some(greeting), held, held_bytes: 0, broadcasts, taken }
    }

    // ANCHOR: catch_up
    /// Sends what waits, as far as there is room for it. Returns whether nothing is left.
    pub(crate) fn catch_up(&mut self, mut outgoing: Outgoing<'_, impl AsyncWrite + Unpin>) -> bool {
        while outgoing.pending() < READY_MAX {
            if let Some(frame) = self.greeting.as_mut().and_then(Iterator::next) {
                outgoing.send_encoded(&frame);
                continue;
            }
            self.greeting = None;
            let Some(broadcast) = self.held.pop_front() else { return true };
            self.held_bytes -= broadcast.frame.frame().len();
            send(&self.name, &broadcast, &mut outgoing);
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
            if self.greeting.is_none() && self.held.is_empty() {
                send(&self.name, &broadcast, outgoing);
            } else {
                self.held_bytes += broadcast.frame.frame().len();
                self.held.push_back(broadcast);
            }
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

    /// Returns the bytes that wait until the member reads them, of which `pending` are in the output
    /// of the connection. Messages that the member had missed before it came do not count.
    pub(crate) fn waiting(&self, pending: usize) -> usize {
        if self.greeting.is_some() { self.held_bytes } else { self.held_bytes + pending }
    }

    /// Sends all broadcasts that have come, before the connection ends.
    pub(crate) fn send_rest(&mut self, outgoing: &mut Outgoing<'_, impl AsyncWrite + Unpin>) {
        for broadcast in self.held.drain(..) {
            send(&self.name, &broadcast, outgoing);
        }
        while let Ok(broadcast) = self.broadcasts.try_recv() {
            send(&self.name, &broadcast, outgoing);
        }
    }
}

fn send(name: &str, broadcast: &Broadcast, outgoing: &mut Outgoing<'_, impl AsyncWrite + Unpin>) {
    if let Some(frame) = broadcast.frame_for(name) {
        outgoing.send_encoded(frame);
    }
}
