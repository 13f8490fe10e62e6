//! One list for all, which grows for ever.
//!
//! Fails: the_oldest_message_is_dropped
//!   "keep the last 100: of 101 messages, the oldest is still held"

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
    }

    /// Returns the messages that a visitor has not seen, oldest first. The visitor's page has seen
    /// the first `seen` of all messages since the server was started.
    fn fetch(&mut self, _visitor: &str, seen: usize) -> Vec<Rc<str>> {
        // A visitor who was away for long gets what is left.
        self.kept.iter().skip(seen.saturating_sub(self.dropped)).cloned().collect()
    }
}
