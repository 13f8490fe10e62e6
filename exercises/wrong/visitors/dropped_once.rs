//! Knows whether messages were dropped, and not how many.
//!
//! Fails: a_visitor_finds_the_place_when_older_messages_are_gone
//!   "of 250 messages, 151 to 250 are kept"

use std::collections::VecDeque;
use std::rc::Rc;

/// How many messages the server keeps.
const KEPT: usize = 100;

/// The news. The server remembers nothing about those who read it.
#[derive(Default)]
struct News {
    /// The newest messages, oldest first.
    kept: VecDeque<Rc<str>>,
    /// 1 if older messages were dropped.
    dropped: usize,
}

impl News {
    /// Adds a message for everyone.
    fn tell(&mut self, message: &Rc<str>) {
        self.kept.push_back(Rc::clone(message));
        if self.kept.len() > KEPT {
            self.kept.pop_front();
            self.dropped = 1;
        }
    }

    /// Returns the messages that a visitor has not seen, oldest first. The visitor's page has seen
    /// the first `seen` of all messages since the server was started.
    fn fetch(&mut self, _visitor: &str, seen: usize) -> Vec<Rc<str>> {
        // A visitor who was away for long gets what is left.
        self.kept.iter().skip(seen.saturating_sub(self.dropped)).cloned().collect()
    }
}
