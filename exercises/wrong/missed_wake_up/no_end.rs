//! Waits for news without an end.
//!
//! Fails: without_news_the_answer_is_empty_when_the_time_is_over
//!   "it was to wait for one millisecond, and nothing was appended"
//! Fails: the_time_does_not_begin_anew_with_each_wake_up
//!   "it was to wait for 300 ms in all, however often it is woken"
//! Fails: a_visitor_who_has_seen_more_than_there_is_waits
//!   "this page has seen 7 messages, and there is one: nothing is new"

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// News that is appended, and visitors who wait for it.
#[derive(Default)]
struct News {
    messages: Mutex<Vec<String>>,
    appended: Condvar,
}

impl News {
    /// Returns the messages after the first `seen`. If there are none, waits for the next one, but
    /// no longer than `at_most`, and then returns what there is: perhaps nothing.
    fn wait(&self, seen: usize, at_most: Duration, on_wait: impl FnOnce()) -> Vec<String> {
        let messages = self.messages();
        if messages.len() > seen {
            return after(&messages, seen);
        }
        on_wait();
        let nothing_new = |messages: &mut Vec<String>| messages.len() <= seen;
        let woken = self.appended.wait_while(messages, nothing_new);
        after(&woken.unwrap_or_else(PoisonError::into_inner), seen)
    }
}

impl News {
    fn append(&self, message: &str) {
        self.messages().push(message.to_owned());
        self.appended.notify_all();
    }

    fn messages(&self) -> MutexGuard<'_, Vec<String>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn after(messages: &[String], seen: usize) -> Vec<String> {
    messages.iter().skip(seen).cloned().collect()
}
