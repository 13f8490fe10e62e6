//! Makes places and ids agree again: no event is ever dropped.
//!
//! Fails: a_page_that_has_missed_more_than_is_kept_gets_all_that_is_kept
//!   "the last two events are kept, and a page that has seen event 1 needs both"
//! Fails: the_history_has_a_limit
//!   "a history that grows for ever fills the memory"

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
        self.newest
    }

    /// Returns the events that came after the one with the id `last_seen`, oldest first.
    fn after(&self, last_seen: usize) -> Vec<Event> {
        // The place of an event changes when older ones are dropped. Its id does not.
        self.events.iter().filter(|event| event.id > last_seen).cloned().collect()
    }
}
