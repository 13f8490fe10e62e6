//! Counts the last event seen among the new ones.
//!
//! Fails: an_event_that_was_seen_does_not_come_again
//!   "event 2 was seen"
//! Fails: an_event_is_found_when_older_ones_are_gone
//!   "event 4 was lost"

use std::collections::VecDeque;

/// Something that happened. Ids are given in order, beginning with 1, and never again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Event {
    id: usize,
    text: &'static str,
}

/// The events that came after the one with the id `last_seen`, oldest first.
fn after(events: &VecDeque<Event>, last_seen: usize) -> Vec<Event> {
    // An id says which event it is, and a place only where it stands today.
    events.iter().filter(|event| event.id >= last_seen).cloned().collect()
}
