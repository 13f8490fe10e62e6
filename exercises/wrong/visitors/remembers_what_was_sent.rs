//! Sends nobody a message twice, although the answer may be lost.
//!
//! Fails: who_asks_again_gets_the_same_again
//!   "only the page knows what it has seen: it says 1, and gets 2 and 3"

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

/// How many messages the server keeps.
const KEPT: usize = 100;

/// The news. And who has asked for it.
#[derive(Default)]
struct News {
    /// The newest messages, oldest first.
    kept: VecDeque<Rc<str>>,
    /// How many older messages were dropped.
    dropped: usize,
    /// What each visitor has asked for, and how many messages there were then.
    answered: HashMap<(String, usize), usize>,
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
    fn fetch(&mut self, visitor: &str, seen: usize) -> Vec<Rc<str>> {
        let total = self.dropped + self.kept.len();
        let before = self.answered.insert((visitor.to_owned(), seen), total);
        let seen = before.unwrap_or(seen);
        self.kept.iter().skip(seen.saturating_sub(self.dropped)).cloned().collect()
    }
}
