//! Takes the number of messages seen for a place in the list.
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
}

impl News {
    /// Adds a message for everyone.
    fn tell(&mut self, message: &Rc<str>) {
        self.kept.push_back(Rc::clone(message));
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
    }

    /// Returns the messages that a visitor has not seen, oldest first. The visitor's page has seen
    /// the first `seen` of all messages since the server was started.
    fn fetch(&mut self, _visitor: &str, seen: usize) -> Vec<Rc<str>> {
        self.kept.iter().skip(seen).cloned().collect()
    }
}
