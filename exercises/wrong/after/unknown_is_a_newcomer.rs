//! Looks for the event that was seen, and returns everything if it is not there.
//!
//! Fails: an_id_that_was_never_given_ends_nothing
//!   "the newest event is 4, and no event comes after a greater id"

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
        let seen = self.events.iter().position(|event| event.id == last_seen);
        let first_new = seen.map_or(0, |seen| seen + 1);
        self.events.iter().skip(first_new).cloned().collect()
    }
}
