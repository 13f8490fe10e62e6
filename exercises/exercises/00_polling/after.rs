//! # What came after the last thing I saw?
//!
//! A page asks: "what is new since event 3?" The server keeps the last few events and answers with
//! those that came later. Here an event's id is its place in the list, which works in every
//! demonstration, for a demonstration ends before the oldest event is dropped.
//!
//! Make `append` and `after` right for a history that has lost its oldest events. Ids begin with 1,
//! and none is ever given again.
//!
//! Fails: no_id_is_given_twice
//!   "this id was given before"
//! Fails: an_event_is_found_when_older_ones_are_gone
//!   "event 4 was lost: an id is no place in the list"
//! Fails: who_has_missed_more_than_is_kept_gets_all_that_is_kept
//!   "events 3 and 4 are kept, and who saw 1 needs both"
//!
//! Chapter: book/src/00-polling.md#exercises

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
}

impl History {
    /// Appends an event, and returns its id.
    fn append(&mut self, text: &str) -> usize {
        // TODO: what do we know about the ids that were given before?
        let id = self.events.len() + 1;
        self.events.push_back(Event { id, text: text.to_owned() });
        if self.events.len() > KEPT {
            self.events.pop_front();
        }
        id
    }

    /// The events that came after the one with the id `last_seen`, oldest first.
    fn after(&self, last_seen: usize) -> Vec<Event> {
        // TODO: event 1 stands at place 0, so event 4 stands at place 3. Always?
        self.events.iter().skip(last_seen).cloned().collect()
    }
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The history after so many events, of which the last two are kept.
    fn history(count: usize) -> History {
        let mut history = History::default();
        for number in 1..=count {
            history.append(&format!("event {number}"));
        }
        history
    }

    /// What these events say.
    fn texts(events: Vec<Event>) -> Vec<String> {
        events.into_iter().map(|event| event.text).collect()
    }

    #[test]
    fn the_newcomer_gets_everything() {
        let events = texts(history(2).after(0));
        assert_eq!(events, ["event 1", "event 2"], "who has seen nothing needs all there is");
    }

    #[test]
    fn an_event_that_was_seen_does_not_come_again() {
        let events = texts(history(2).after(1));
        assert_eq!(events, ["event 2"], "event 1 was seen: \"after 1\" begins with 2");
    }

    #[test]
    fn no_id_is_given_twice() {
        let mut history = History::default();
        for expected in 1..=5 {
            assert_eq!(history.append("a vote"), expected, "this id was given before, or left out");
        }
    }

    #[test]
    fn an_event_is_found_when_older_ones_are_gone() {
        let events = texts(history(4).after(3));
        assert_eq!(events, ["event 4"], "event 4 was lost: an id is no place in the list");
    }

    #[test]
    fn who_has_missed_more_than_is_kept_gets_all_that_is_kept() {
        let events = texts(history(4).after(1));
        let why = "events 3 and 4 are kept, and who saw 1 needs both";
        assert_eq!(events, ["event 3", "event 4"], "{why}");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        assert_eq!(
            history(100).events.len(),
            KEPT,
            "a history that grows for ever is full one day"
        );
    }
}
