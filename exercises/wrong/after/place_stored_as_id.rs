//! Returns the right id, and stores the place in the list.
//!
//! Fails: an_event_keeps_the_id_that_it_was_given
//!   "the event that you store has another id than the one you return"

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
        self.events.push_back(Event { id: self.events.len() + 1, text: text.to_owned() });
        if self.events.len() > KEPT {
            self.events.pop_front();
        }
        self.newest
    }

    /// Returns the events that came after the one with the id `last_seen`, oldest first.
    fn after(&self, last_seen: usize) -> Vec<Event> {
        let dropped = self.newest - self.events.len();
        self.events.iter().skip(last_seen.saturating_sub(dropped)).cloned().collect()
    }
}
