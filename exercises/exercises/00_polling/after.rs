//! # What came after the last thing I saw?
//!
//! A page asks: "what is new since event 3?" The server keeps the last few events and answers with
//! those that came later. In this server an event's id is its place in the list, which is wrong as
//! soon as the oldest event is dropped.
//!
//! Make `append` and `after` right for a history that has dropped its oldest events. Ids begin with
//! 1, and each is one more than the last. No id is given to two events.
//!
//! Fails: no_id_is_given_twice
//!   "each id is one more than the last, also when events were dropped"
//! Fails: an_event_is_found_after_older_ones_were_dropped
//!   "event 4 was lost: an id is not a place in the list"
//! Fails: a_page_that_has_missed_more_than_is_kept_gets_all_that_is_kept
//!   "the last two events are kept, and a page that has seen event 1 needs both"
//!
//! Chapter: book/src/00-polling.md#exercises

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
}

impl History {
    /// Appends an event, and returns its id.
    fn append(&mut self, text: &str) -> usize {
        // TODO: how can the server know which ids it has given before?
        let id = self.events.len() + 1;
        self.events.push_back(Event { id, text: text.to_owned() });
        if self.events.len() > KEPT {
            self.events.pop_front();
        }
        id
    }

    /// Returns the events that came after the one with the id `last_seen`, oldest first.
    fn after(&self, last_seen: usize) -> Vec<Event> {
        // TODO: event 1 is at index 0, so event 4 is at index 3. Is that always so?
        self.events.iter().skip(last_seen).cloned().collect()
    }
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::panic::{self, AssertUnwindSafe};

    use super::*;

    /// A history after this many events, named "event 1", "event 2" and so on.
    fn history(count: usize) -> History {
        let mut history = History::default();
        for number in 1..=count {
            history.append(&format!("event {number}"));
        }
        history
    }

    /// Compares the texts of the events that your `after` returns with the expected ones.
    #[track_caller]
    fn check(history: &History, last_seen: usize, expected: &[&str], why: &str) {
        let after = || history.after(last_seen);
        let events = panic::catch_unwind(AssertUnwindSafe(after))
            .unwrap_or_else(|_| panic!("{why}\n  your `after({last_seen})` panicked"));
        let texts: Vec<String> = events.into_iter().map(|event| event.text).collect();
        assert!(
            texts == expected,
            "{why}\n  your `after({last_seen})` returned: {texts:?}\n  expected: {expected:?}"
        );
    }

    #[test]
    fn a_page_that_has_seen_nothing_gets_everything() {
        check(&history(2), 0, &["event 1", "event 2"], "0 means: this page has seen nothing");
    }

    #[test]
    fn an_event_that_was_seen_does_not_come_again() {
        let why = "event 1 was seen, and \"after 1\" begins with event 2";
        check(&history(2), 1, &["event 2"], why);
    }

    #[test]
    fn a_page_that_has_seen_everything_gets_nothing() {
        check(&history(4), 4, &[], "event 4 is the newest, and this page has seen it");
    }

    #[test]
    fn no_id_is_given_twice() {
        let mut history = History::default();
        for expected in 1..=5 {
            let id = history.append("a vote");
            assert!(
                id == expected,
                "each id is one more than the last, also when events were dropped\n  your `append` \
                 returned: {id}\n  expected: {expected}"
            );
        }
    }

    #[test]
    fn an_event_keeps_the_id_that_it_was_given() {
        let mut history = history(3);
        let id = history.append("event 4");
        let newest = history.after(0).last().map(|event| event.id);
        assert!(
            newest == Some(id),
            "the event that you store has another id than the one you return\n  your `append` \
             returned: {id}\n  the newest event that your `after(0)` returned has: {newest:?}"
        );
    }

    #[test]
    fn each_history_counts_for_itself() {
        let mut first = History::default();
        first.append("an event of the first history");
        let id = History::default().append("an event of the second history");
        assert!(id == 1, "the first id of a second history is 1, and your `append` returned {id}");
    }

    #[test]
    fn an_event_is_found_after_older_ones_were_dropped() {
        check(&history(4), 3, &["event 4"], "event 4 was lost: an id is not a place in the list");
    }

    #[test]
    fn a_page_that_has_missed_more_than_is_kept_gets_all_that_is_kept() {
        let why = "the last two events are kept, and a page that has seen event 1 needs both";
        check(&history(4), 1, &["event 3", "event 4"], why);
        check(&history(5), 1, &["event 4", "event 5"], why);
    }

    /// The server may have started anew, and the page not. And a stranger may send any number.
    #[test]
    fn an_id_that_was_never_given_ends_nothing() {
        for last_seen in [5, 9, usize::MAX] {
            let why = "the newest event is 4, and no event comes after a greater id";
            check(&history(4), last_seen, &[], why);
        }
    }

    #[test]
    fn the_history_has_a_limit() {
        let count = history(100).events.len();
        assert!(
            count == KEPT,
            "a history that grows for ever fills the memory\n  events in yours after 100: \
             {count}\n  expected: {KEPT}"
        );
    }
}
