//! Returns the newest message first.
//!
//! Fails: a_visitor_gets_what_came_since_the_last_request
//!   "Ada's page has seen message 1"
//! Fails: a_visitor_who_comes_late_gets_what_is_kept
//!   "Grace comes for the first time, and has seen nothing"
//! Fails: who_asks_again_gets_the_same_again
//!   "only the page knows what it has seen: it says 1, and gets 2 and 3"
//! Fails: what_one_visitor_has_seen_is_kept_for_the_others
//!   "Ada has seen 1 and 2, and Grace has not"
//! Fails: the_oldest_message_is_dropped
//!   "message 1 is gone, and all others are kept"
//! Fails: a_visitor_finds_the_place_when_older_messages_are_gone
//!   "of 250 messages, 151 to 250 are kept"
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
        // A visitor who was away for long gets what is left.
        self.kept.iter().skip(seen.saturating_sub(self.dropped)).rev().cloned().collect()
    }
}
