//! What a member has missed: read from the log piece by piece, when there is room for it.

use std::collections::VecDeque;

use echo::Encoded;
use event_log::{Cursor, Event, EventId, EventLog};

use crate::delivery::broadcast::encode;
use crate::protocol::ServerMessage;

/// Events that are read at a time.
const PIECE: usize = 32;

// ANCHOR: backlog
/// The messages between the last one that a member has received and the newest. They stay in the
/// log, where they cost nothing, until it is their turn.
pub(crate) struct Backlog {
    log: EventLog,
    cursor: Cursor,
    ready: VecDeque<Encoded>,
    /// Whether everything was read when we last looked.
    is_done: bool,
    encode: fn(&Event) -> Option<Encoded>,
}
// ANCHOR_END: backlog

impl Backlog {
    /// Returns the messages after `cursor`. `encode` makes the frame of an event.
    pub(crate) fn new(
        log: EventLog,
        cursor: Cursor,
        encode: fn(&Event) -> Option<Encoded>,
    ) -> Self {
        Self { log, cursor, ready: VecDeque::new(), is_done: false, encode }
    }

    // ANCHOR: next
    /// Returns the next frame. When there is none, the member has everything that is in the log.
    pub(crate) fn next(&mut self) -> Option<Encoded> {
        while self.ready.is_empty() && !self.is_done {
            let missed = self.log.read(&mut self.cursor, PIECE);
            self.is_done = missed.events.is_empty();
            if missed.is_gap {
                self.ready.push_back(encode(&ServerMessage::Gap {}));
            }
            self.ready.extend(missed.events.iter().filter_map(self.encode));
        }
        self.ready.pop_front()
    }
    // ANCHOR_END: next

    /// Returns whether the member has everything that was in the log.
    pub(crate) fn is_done(&self) -> bool {
        self.is_done && self.ready.is_empty()
    }

    /// Returns the last message that the member has received.
    pub(crate) fn received(&self) -> EventId {
        self.cursor.after()
    }

    // ANCHOR: accept
    /// Returns whether a message that is broadcast now is new to the member. Until the backlog is
    /// done, it is not: it will be read from the log.
    pub(crate) fn accept(&mut self, id: EventId) -> bool {
        self.is_done() && self.cursor.accept(id)
    }
    // ANCHOR_END: accept
}
