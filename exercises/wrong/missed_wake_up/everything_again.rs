//! Returns what was seen together with what is new.
//!
//! Fails: news_that_is_there_is_returned_at_once
//!   "this visitor has seen the first of two messages"
//! Fails: a_message_that_was_seen_is_not_news
//!   "this visitor has seen the first message, and needs the second"
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
        // One guard from the look to the sleep. The condition variable frees the lock as it falls
        // asleep, and not earlier.
        let messages = self.messages();
        if messages.len() > seen {
            return messages.clone();
        }
        on_wait();
        // It may also wake up without news, so it looks again each time.
        let nothing_new = |messages: &mut Vec<String>| messages.len() <= seen;
        let slept = self.appended.wait_timeout_while(messages, at_most, nothing_new);
        slept.unwrap_or_else(PoisonError::into_inner).0.clone()
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
