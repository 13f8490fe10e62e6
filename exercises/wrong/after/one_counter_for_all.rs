//! Counts the events of all histories together.
//!
//! Fails: each_history_counts_for_itself
//!   "the first id of a second history is 1, and your `append` returned 2"

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many events the server keeps.
const KEPT: usize = 2;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Event {
    id: usize,
    text: String,
}

/// The id of the newest event, or 0 before the first.
static NEWEST: AtomicUsize = AtomicUsize::new(0);

/// The last few events, oldest first.
#[derive(Default)]
struct History {
    events: VecDeque<Event>,
}

impl History {
    /// Appends an event, and returns its id.
    fn append(&mut self, text: &str) -> usize {
        let id = NEWEST.fetch_add(1, Ordering::Relaxed) + 1;
        self.events.push_back(Event { id, text: text.to_owned() });
        if self.events.len() > KEPT {
            self.events.pop_front();
        }
        id
    }

    /// Returns the events that came after the one with the id `last_seen`, oldest first.
    fn after(&self, last_seen: usize) -> Vec<Event> {
        // The place of an event changes when older ones are dropped. Its id does not.
        self.events.iter().filter(|event| event.id > last_seen).cloned().collect()
    }
}
