//! Trusts the page: one that has seen more than there is ends the server.
//!
//! Fails: a_page_from_before_a_restart_ends_nothing
//!   "no number that a page sends may end the server"

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
        let first = seen.saturating_sub(self.dropped);
        self.kept.range(first..).cloned().collect()
    }
}
