//! Looks again after each wake-up, and then waits for the whole time once more.
//!
//! Fails: the_time_does_not_begin_anew_with_each_wake_up
//!   "it was to wait for 300 ms in all, however often it is woken"

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
        let mut messages = self.messages();
        if messages.len() > seen {
            return after(&messages, seen);
        }
        on_wait();
        loop {
            let slept = self.appended.wait_timeout(messages, at_most);
            let (guard, result) = slept.unwrap_or_else(PoisonError::into_inner);
            if guard.len() > seen || result.timed_out() {
                return after(&guard, seen);
            }
            messages = guard;
        }
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
