//! Returns the last event that the page has seen once more.
//!
//! Fails: an_event_that_was_seen_does_not_come_again
//!   "event 1 was seen, and "after 1" begins with event 2"
//! Fails: a_page_that_has_seen_everything_gets_nothing
//!   "event 4 is the newest, and this page has seen it"
//! Fails: an_event_is_found_after_older_ones_were_dropped
//!   "event 4 was lost: an id is not a place in the list"

use std::collections::VecDeque;

/// How many events the server keeps.
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
    /// The id of the newest event, or 0 before the first.
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

    /// Returns the events that came after the one with the id `last_seen`, oldest first.
    fn after(&self, last_seen: usize) -> Vec<Event> {
        self.events.iter().filter(|event| event.id >= last_seen).cloned().collect()
    }
}
