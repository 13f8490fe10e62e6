//! Keeps a copy of every message, and shows only the last ones.
//!
//! Fails: visitors_who_have_left_cost_nothing
//!   "keep the `Rc` of a message once, however many visitors there were (F20)"

use std::rc::Rc;

/// How many messages the server keeps.
const KEPT: usize = 100;

/// The news. The server remembers nothing about those who read it.
#[derive(Default)]
struct News {
    /// All messages, oldest first.
    all: Vec<String>,
}

impl News {
    /// Adds a message for everyone.
    fn tell(&mut self, message: &Rc<str>) {
        self.all.push(message.to_string());
    }

    /// Returns the messages that a visitor has not seen, oldest first. The visitor's page has seen
    /// the first `seen` of all messages since the server was started.
    fn fetch(&mut self, _visitor: &str, seen: usize) -> Vec<Rc<str>> {
        let first = seen.max(self.all.len().saturating_sub(KEPT));
        self.all.iter().skip(first).map(|text| text.as_str().into()).collect()
    }
}
