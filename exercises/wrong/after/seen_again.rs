//! Counts the last event seen among the new ones.
//!
//! Fails: an_event_that_was_seen_does_not_come_again
//!   "event 1 was seen"
//! Fails: an_event_is_found_when_older_ones_are_gone
//!   "event 4 was lost"

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
        if self.events.len() > KEPT {
            self.events.pop_front();
        }
        self.newest
    }

    /// The events that came after the one with the id `last_seen`, oldest first.
    fn after(&self, last_seen: usize) -> Vec<Event> {
        // An id says which event it is, and a place only where it stands today.
        self.events.iter().filter(|event| event.id >= last_seen).cloned().collect()
    }
}
