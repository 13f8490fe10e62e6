//! Holds the lock as it should, and takes every wake-up for news.
//!
//! Fails: a_wake_up_without_news_is_not_news
//!   "woken without news: look again, and go on waiting"

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
        let slept = self.appended.wait_timeout(messages, at_most);
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
