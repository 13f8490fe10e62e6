//! # The queue of a visitor who has left
//!
//! This server of long polling keeps a queue for each visitor, and puts every message into every
//! queue. HTTP does not tell the server that a visitor has left. So the queue stays, and grows with
//! every message (fault F20).
//!
//! Rebuild `News` so that it remembers messages, and not who reads them. The page can help: each
//! request says how many messages this page has seen so far. Keep the last `KEPT` messages, no
//! more, and keep the `Rc` itself: a copy of the text would cost memory for the same text again.
//!
//! Fails: a_visitor_who_comes_late_gets_what_is_kept
//!   "Grace comes for the first time, and has seen nothing"
//! Fails: who_asks_again_gets_the_same_again
//!   "only the page knows what it has seen: it says 1, and gets 2 and 3"
//! Fails: what_one_visitor_has_seen_is_kept_for_the_others
//!   "Ada's page has seen two messages"
//! Fails: visitors_who_have_left_cost_nothing
//!   "keep the `Rc` of a message once, however many visitors there were (F20)"
//! Fails: the_oldest_message_is_dropped
//!   "keep the last 100: of 101 messages, the oldest is still held"
//! Fails: a_visitor_finds_the_place_when_older_messages_are_gone
//!   "of 250 messages, 151 to 250 are kept"
//! Fails: a_page_from_before_a_restart_ends_nothing
//!   "Ada's number is wrong, and Grace gets both messages all the same"
//!
//! Chapter: book/src/00-polling.md#exercises

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

/// How many messages the server keeps.
const KEPT: usize = 100;

/// The news, and who has not read it yet.
#[derive(Default)]
struct News {
    // TODO: what becomes of a queue whose visitor never comes back?
    queues: HashMap<String, VecDeque<Rc<str>>>,
}

impl News {
    /// Adds a message for everyone.
    fn tell(&mut self, message: &Rc<str>) {
        for queue in self.queues.values_mut() {
            queue.push_back(Rc::clone(message));
        }
    }

    /// Returns the messages that a visitor has not seen, oldest first. The visitor's page has seen
    /// the first `seen` of all messages since the server was started.
    fn fetch(&mut self, visitor: &str, _seen: usize) -> Vec<Rc<str>> {
        self.queues.entry(visitor.to_owned()).or_default().drain(..).collect()
    }
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::ops::RangeInclusive;
    use std::panic::{self, AssertUnwindSafe};
    use std::rc::Rc;

    use super::*;

    /// News with this many messages: "message 1", "message 2" and so on.
    fn news(count: usize) -> News {
        let mut news = News::default();
        for number in 1..=count {
            news.tell(&format!("message {number}").into());
        }
        news
    }

    /// What your `fetch` returns.
    #[track_caller]
    fn fetch(news: &mut News, visitor: &str, seen: usize) -> Vec<Rc<str>> {
        let why = "no number that a page sends may end the server";
        let fetch = || news.fetch(visitor, seen);
        panic::catch_unwind(AssertUnwindSafe(fetch))
            .unwrap_or_else(|_| panic!("{why}\n  your `fetch({visitor:?}, {seen})` panicked"))
    }

    /// Compares what your `fetch` returns with the messages of these numbers.
    #[track_caller]
    fn check(
        news: &mut News,
        visitor: &str,
        seen: usize,
        expected: RangeInclusive<usize>,
        why: &str,
    ) {
        let summary = |texts: &[String]| match texts {
            [first, .., last] => format!("{}: {first:?} to {last:?}", texts.len()),
            _ => format!("{texts:?}"),
        };
        let yours = fetch(news, visitor, seen);
        let yours: Vec<String> = yours.iter().map(ToString::to_string).collect();
        let expected: Vec<String> = expected.map(|number| format!("message {number}")).collect();
        assert!(
            yours == expected,
            "{why}\n  your `fetch({visitor:?}, {seen})` returned: {}\n  expected: {}",
            summary(&yours),
            summary(&expected)
        );
    }

    /// How many times your `News` holds this message. The test holds it once.
    fn held(message: &Rc<str>) -> usize {
        Rc::strong_count(message) - 1
    }

    #[test]
    fn a_visitor_gets_what_came_since_the_last_request() {
        let mut news = News::default();
        fetch(&mut news, "Ada", 0);
        news.tell(&"message 1".into());
        check(&mut news, "Ada", 0, 1..=1, "message 1 came after Ada's first request");
        news.tell(&"message 2".into());
        news.tell(&"message 3".into());
        check(&mut news, "Ada", 1, 2..=3, "Ada's page has seen message 1");
        let none = fetch(&mut news, "Ada", 3);
        assert!(
            none.is_empty(),
            "Ada's page has seen everything, and your `fetch` returned {none:?}"
        );
    }

    #[test]
    fn a_visitor_who_comes_late_gets_what_is_kept() {
        let why = "Grace comes for the first time, and has seen nothing";
        check(&mut news(3), "Grace", 0, 1..=3, why);
    }

    /// The answer may be lost on its way. Then the page asks once more.
    #[test]
    fn who_asks_again_gets_the_same_again() {
        let mut news = news(3);
        let why = "only the page knows what it has seen: it says 1, and gets 2 and 3";
        check(&mut news, "Ada", 1, 2..=3, why);
        check(&mut news, "Ada", 1, 2..=3, why);
        check(&mut news, "Ada", 0, 1..=3, "Ada has loaded her page again: it has seen nothing");
    }

    #[test]
    fn what_one_visitor_has_seen_is_kept_for_the_others() {
        let mut news = news(3);
        check(&mut news, "Ada", 2, 3..=3, "Ada's page has seen two messages");
        check(&mut news, "Grace", 0, 1..=3, "Ada has seen 1 and 2, and Grace has not");
    }

    #[test]
    fn visitors_who_have_left_cost_nothing() {
        let mut news = News::default();
        for number in 0..1000 {
            fetch(&mut news, &format!("visitor {number}"), 0);
        }
        let message: Rc<str> = "hello".into();
        news.tell(&message);
        let times = held(&message);
        assert!(
            times == 1,
            "keep the `Rc` of a message once, however many visitors there were (F20)\n  your \
             `News` holds it {times} times after 1000 visitors\n  expected: once"
        );
    }

    #[test]
    fn the_oldest_message_is_dropped() {
        let mut news = News::default();
        fetch(&mut news, "Ada", 0);
        let oldest: Rc<str> = "message 1".into();
        news.tell(&oldest);
        for number in 2..=KEPT + 1 {
            news.tell(&format!("message {number}").into());
        }
        let times = held(&oldest);
        assert!(
            times == 0,
            "keep the last {KEPT}: of {} messages, the oldest is still held",
            KEPT + 1
        );
        check(&mut news, "Ada", 0, 2..=KEPT + 1, "message 1 is gone, and all others are kept");
    }

    #[test]
    fn a_visitor_finds_the_place_when_older_messages_are_gone() {
        for seen in [150, 151, 200, 249] {
            let why = "of 250 messages, 151 to 250 are kept";
            check(&mut news(250), "Ada", seen, seen + 1..=250, why);
        }
        let none = fetch(&mut news(250), "Ada", 250);
        assert!(none.is_empty(), "Ada's page has seen all 250, and your `fetch` returned {none:?}");
    }

    /// The server was started anew, and Ada's page was not: it has seen more than there is. You may
    /// decide what your server sends her.
    #[test]
    fn a_page_from_before_a_restart_ends_nothing() {
        let mut news = news(2);
        fetch(&mut news, "Ada", 7);
        fetch(&mut news, "Ada", usize::MAX);
        check(
            &mut news,
            "Grace",
            0,
            1..=2,
            "Ada's number is wrong, and Grace gets both messages all the same",
        );
    }
}
