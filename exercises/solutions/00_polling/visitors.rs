//! A solution of `visitors`: the queue of a visitor who has left.

use std::collections::VecDeque;
use std::rc::Rc;

/// Messages that are kept.
const KEPT: usize = 100;

/// The news. Of those who read it, nothing is known.
#[derive(Default)]
struct News {
    kept: VecDeque<Rc<str>>,
    /// Messages that were dropped because they were the oldest.
    dropped: usize,
}

impl News {
    /// A message for everyone.
    fn tell(&mut self, message: &Rc<str>) {
        self.kept.push_back(Rc::clone(message));
        if self.kept.len() > KEPT {
            self.kept.pop_front();
            self.dropped += 1;
        }
    }

    /// The messages that a visitor has not seen. They have seen `seen` of all there ever were.
    fn fetch(&mut self, _visitor: &str, seen: usize) -> Vec<Rc<str>> {
        // Who has been away for long gets what is left.
        self.kept.iter().skip(seen.saturating_sub(self.dropped)).cloned().collect()
    }
}

fn main() {}

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
