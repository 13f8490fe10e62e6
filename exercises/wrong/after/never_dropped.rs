//! Makes places and ids agree again: nothing is ever dropped.
//!
//! Fails: what_is_kept_is_bounded
//!   "a history that grows for ever is full one day"
//! Fails: who_has_missed_more_than_is_kept_gets_all_that_is_kept
//!   "events 3 and 4 are kept"

use std::collections::VecDeque;

/// Events that are kept.
const KEPT: usize = 2;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Event {
    id: usize,
    text: String,
}

/// The last few events, oldest first.
#[derive(Default)]
struct History {
    events: VecDeque<Event>,
    /// The last id that was given.
    newest: usize,
}

impl History {
    /// Appends an event, and returns its id.
    fn append(&mut self, text: &str) -> usize {
        self.newest += 1;
        self.events.push_back(Event { id: self.newest, text: text.to_owned() });
        self.newest
    }

    /// The events that came after the one with the id `last_seen`, oldest first.
    fn after(&self, last_seen: usize) -> Vec<Event> {
        // An id says which event it is, and a place only where it stands today.
        self.events.iter().filter(|event| event.id > last_seen).cloned().collect()
    }
}
