//! Holds the lock as it should, and believes every waking.
//!
//! Fails: to_be_woken_for_nothing_is_no_news
//!   "woken for nothing"

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// News that is appended, and visitors who wait for it.
#[derive(Default)]
struct News {
    messages: Mutex<Vec<String>>,
    appended: Condvar,
}

impl News {
    /// The messages after the first `seen`. Waits for the first of them, `at_most` so long.
    fn wait(&self, seen: usize, at_most: Duration, on_wait: impl FnOnce()) -> Vec<String> {
        // One guard from the look to the sleep. The condition variable frees the lock as it falls
        // asleep, and not earlier.
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
