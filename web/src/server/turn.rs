//! Whose turn it is on a connection: the client's, to send a request, or the server's, to answer
//! it.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use tokio::sync::Notify;
use tokio::time::Instant;

/// The server waits for a request.
const WAITING: u8 = 0;
/// A request has arrived, and has no answer yet.
const ANSWERING: u8 = 1;
/// The answer exists, and is being written.
const ANSWERED: u8 = 2;

/// The state of the turn. The socket, the service and the accept loop share it.
#[derive(Debug)]
pub struct Turn {
    phase: AtomicU8,
    /// The time of the accept loop's start.
    epoch: Instant,
    /// Since when the connection has been idle after an answer, in milliseconds since `epoch`, plus
    /// one. 0 if it is not idle, or has not been answered yet.
    idle_since: AtomicU64,
    /// Notified when an idle connection should make room for another one.
    make_room: Notify,
}

impl Turn {
    pub(crate) fn new(epoch: Instant) -> Self {
        let (phase, idle_since) = (AtomicU8::new(WAITING), AtomicU64::new(0));
        Self { phase, epoch, idle_since, make_room: Notify::new() }
    }

    /// A request has arrived.
    pub(crate) fn asked(&self) {
        self.idle_since.store(0, Ordering::Relaxed);
        self.phase.store(ANSWERING, Ordering::Relaxed);
    }

    /// The answer to the request exists.
    pub(crate) fn answered(&self) {
        self.phase.store(ANSWERED, Ordering::Relaxed);
    }

    /// Everything is written that was to be written. Returns whether this was the end of an answer.
    pub(crate) fn flushed(&self) -> bool {
        if self.phase.load(Ordering::Relaxed) != ANSWERED {
            return false;
        }
        self.rests();
        self.phase.store(WAITING, Ordering::Relaxed);
        true
    }

    /// The connection is idle from now on, until the next request.
    pub(crate) fn rests(&self) {
        let idle_since = u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.idle_since.store(idle_since + 1, Ordering::Relaxed);
    }

    /// Waits until an idle connection should make room for another one.
    pub async fn must_make_room(&self) {
        self.make_room.notified().await;
    }

    /// Closes an idle connection, which makes room for another one.
    pub(crate) fn makes_room(&self) {
        self.make_room.notify_one();
    }

    /// The first bytes of the next request have arrived.
    pub(crate) fn began(&self) {
        self.idle_since.store(0, Ordering::Relaxed);
    }

    /// Is it the client's turn?
    pub(crate) fn is_waiting(&self) -> bool {
        self.phase.load(Ordering::Relaxed) == WAITING
    }

    /// Since when the connection has been idle after an answer, or `None` if it is not idle.
    pub(crate) fn idle_since(&self) -> Option<u64> {
        self.idle_since.load(Ordering::Relaxed).checked_sub(1)
    }
}
