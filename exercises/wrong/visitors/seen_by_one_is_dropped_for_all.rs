//! Drops what one visitor has seen, as if there were no others.
//!
//! Fails: who_asks_again_gets_the_same_again
//!   "Ada has loaded her page again: it has seen nothing"
//! Fails: what_one_visitor_has_seen_is_kept_for_the_others
//!   "Ada has seen 1 and 2, and Grace has not"
//! Fails: a_page_from_before_a_restart_ends_nothing
//!   "Ada's number is wrong, and Grace gets both messages all the same"

use std::collections::VecDeque;
use std::rc::Rc;

/// How many messages the server keeps.
const KEPT: usize = 100;

/// The news. The server remembers nothing about those who read it.
#[derive(Default)]
struct News {
    /// The newest messages, oldest first.
    kept: VecDeque<Rc<str>>,
    /// How many older messages were dropped.
    dropped: usize,
}

impl News {
    /// Adds a message for everyone.
    fn tell(&mut self, message: &Rc<str>) {
        self.kept.push_back(Rc::clone(message));
        if self.kept.len() > KEPT {
            self.kept.pop_front();
            self.dropped += 1;
        }
    }

    /// Returns the messages that a visitor has not seen, oldest first. The visitor's page has seen
    /// the first `seen` of all messages since the server was started.
    fn fetch(&mut self, _visitor: &str, seen: usize) -> Vec<Rc<str>> {
        while self.dropped < seen && self.kept.pop_front().is_some() {
            self.dropped += 1;
        }
        self.kept.iter().cloned().collect()
    }
}
