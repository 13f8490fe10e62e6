//! A solution of `after`: what came after the last thing I saw?.

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
    events.iter().filter(|event| event.id > last_seen).cloned().collect()
}

fn main() {}

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
