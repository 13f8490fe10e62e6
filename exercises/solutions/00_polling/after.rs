//! A solution of `after`: what came after the last thing I saw?.

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
        self.events.iter().filter(|event| event.id > last_seen).cloned().collect()
    }
}

fn main() {}

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
