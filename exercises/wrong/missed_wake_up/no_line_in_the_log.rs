//! Never calls `on_wait`.
//!
//! Fails: news_between_the_look_and_the_sleep_is_not_missed
//!   "there is nothing new: call `on_wait`, then wait"
//! Fails: a_message_that_was_seen_is_not_news
//!   "there is nothing new: call `on_wait`, then wait"
//! Fails: a_wake_up_without_news_is_not_news
//!   "there is nothing new: call `on_wait`, then wait"
//! Fails: without_news_the_answer_is_empty_when_the_time_is_over
//!   "there is nothing new: call `on_wait`, then wait"
//! Fails: the_time_does_not_begin_anew_with_each_wake_up
//!   "there is nothing new: call `on_wait`, then wait"
//! Fails: a_visitor_sleeps_until_the_notification
//!   "there is nothing new: call `on_wait`, then wait"
//! Fails: a_visitor_who_has_seen_more_than_there_is_waits
//!   "there is nothing new: call `on_wait`, then wait"

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
    fn wait(&self, seen: usize, at_most: Duration, _on_wait: impl FnOnce()) -> Vec<String> {
        // One guard from the look to the sleep. The condition variable frees the lock as it falls
        // asleep, and not earlier.
        let messages = self.messages();
        if messages.len() > seen {
            return after(&messages, seen);
        }
        // It may also wake up without news, so it looks again each time.
        let nothing_new = |messages: &mut Vec<String>| messages.len() <= seen;
        let slept = self.appended.wait_timeout_while(messages, at_most, nothing_new);
        after(&slept.unwrap_or_else(PoisonError::into_inner).0, seen)
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
