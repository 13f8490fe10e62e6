//! Takes the number of messages seen for a place in the list.
//!
//! Fails: what_is_kept_is_bounded
//!   "who has seen all but one gets that one"

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
        }
    }

    /// The messages that a visitor has not seen. They have seen `seen` of all there ever were.
    fn fetch(&mut self, _visitor: &str, seen: usize) -> Vec<Rc<str>> {
        // Who has been away for long gets what is left.
        self.kept.iter().skip(seen.saturating_sub(self.dropped)).cloned().collect()
    }
}
