//! # The queue of a visitor who has left
//!
//! This server of long polling keeps a queue for each visitor, and puts every message into every
//! queue. A visitor who closes the page does not say so: HTTP has no goodbye. So the queue stays,
//! and grows with every message, for ever (fault F20).
//!
//! Rebuild `News` so that it remembers messages and nobody who reads them. The visitor can help:
//! each request says how many messages its page has seen so far. Keep the last `KEPT` messages, no
//! more.
//!
//! Fails: visitors_who_have_left_cost_nothing
//!   "a message is held 1000 times, for visitors who have left (F20)"
//! Fails: what_is_kept_is_bounded
//!   "the oldest message is still held: keep the last 100"
//!
//! Chapter: book/src/00-polling.md#exercises

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

/// Messages that are kept.
const KEPT: usize = 100;

/// The news, and who has not read it yet.
#[derive(Default)]
struct News {
    // TODO: what if nobody ever comes back for a queue?
    queues: HashMap<String, VecDeque<Rc<str>>>,
}

impl News {
    /// A message for everyone.
    fn tell(&mut self, message: &Rc<str>) {
        for queue in self.queues.values_mut() {
            queue.push_back(Rc::clone(message));
        }
    }

    /// The messages that a visitor has not seen. They have seen `seen` of all there ever were.
    fn fetch(&mut self, visitor: &str, _seen: usize) -> Vec<Rc<str>> {
        self.queues.entry(visitor.to_owned()).or_default().drain(..).collect()
    }
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tell(news: &mut News, text: &str) -> Rc<str> {
        let message: Rc<str> = text.into();
        news.tell(&message);
        message
    }

    /// How often the server holds this message. We hold it once ourselves.
    fn held(message: &Rc<str>) -> usize {
        Rc::strong_count(message) - 1
    }

    #[test]
    fn a_visitor_gets_what_came_since_the_last_request() {
        let mut news = News::default();
        news.fetch("Ada", 0);
        tell(&mut news, "one");
        assert_eq!(news.fetch("Ada", 0), ["one".into()], "Ada was there when it was told");
        tell(&mut news, "two");
        assert_eq!(news.fetch("Ada", 1), ["two".into()], "Ada said that she has seen one");
        assert!(news.fetch("Ada", 2).is_empty(), "Ada has seen everything");
    }

    #[test]
    fn visitors_who_have_left_cost_nothing() {
        let mut news = News::default();
        for number in 0..1000 {
            news.fetch(&format!("visitor {number}"), 0);
        }
        let times = held(&tell(&mut news, "hello"));
        assert!(times <= 1, "a message is held {times} times, for visitors who have left (F20)");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut news = News::default();
        news.fetch("Ada", 0);
        let first = tell(&mut news, "the first");
        for _ in 0..KEPT {
            tell(&mut news, "another");
        }
        assert_eq!(held(&first), 0, "the oldest message is still held: keep the last {KEPT}");
        let left = news.fetch("Ada", 0).len();
        assert_eq!(left, KEPT, "who has seen nothing gets all that is kept");
        let left = news.fetch("Ada", KEPT).len();
        assert_eq!(left, 1, "who has seen all but one gets that one, although older ones are gone");
    }
}
