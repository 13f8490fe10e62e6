//! # What came after the last thing I saw?
//!
//! A page asks: "what is new since event 3?" The server keeps the last few events and answers with
//! those that came later. It finds them by their place in the list. That works in every
//! demonstration, for a demonstration ends before the oldest event is dropped.
//!
//! Make `after` right for a list that has lost its oldest events.
//!
//! Fails: an_event_is_found_when_older_ones_are_gone
//!   "event 4 was lost: an id is no place in the list"
//! Fails: who_has_missed_more_than_is_kept_gets_all_that_is_kept
//!   "events 3 and 4 are kept, and who saw 2 needs both"
//!
//! Chapter: book/src/00-polling.md#exercises

use std::collections::VecDeque;

/// Something that happened. Ids are given in order, beginning with 1, and never again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Event {
    id: usize,
    text: &'static str,
}

/// The events that came after the one with the id `last_seen`, oldest first.
fn after(events: &VecDeque<Event>, last_seen: usize) -> Vec<Event> {
    // TODO: the first event stands at place 0 and has id 1, so event 4 stands at place 3. Always?
    events.iter().skip(last_seen).cloned().collect()
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events that a history of two still has, after so many in all.
    fn kept(ids: &[usize]) -> VecDeque<Event> {
        ids.iter().map(|&id| Event { id, text: "a vote for Ada" }).collect()
    }

    fn ids(events: &[Event]) -> Vec<usize> {
        events.iter().map(|event| event.id).collect()
    }

    #[test]
    fn the_newcomer_gets_everything() {
        let events = after(&kept(&[1, 2, 3]), 0);
        assert_eq!(ids(&events), [1, 2, 3], "who has seen nothing needs all there is");
    }

    #[test]
    fn an_event_that_was_seen_does_not_come_again() {
        let events = after(&kept(&[1, 2, 3]), 2);
        assert_eq!(ids(&events), [3], "event 2 was seen: \"after 2\" begins with 3");
    }

    #[test]
    fn an_event_is_found_when_older_ones_are_gone() {
        let events = after(&kept(&[3, 4]), 3);
        assert_eq!(ids(&events), [4], "event 4 was lost: an id is no place in the list");
    }

    #[test]
    fn who_has_missed_more_than_is_kept_gets_all_that_is_kept() {
        let events = after(&kept(&[3, 4]), 2);
        assert_eq!(ids(&events), [3, 4], "events 3 and 4 are kept, and who saw 2 needs both");
    }
}
