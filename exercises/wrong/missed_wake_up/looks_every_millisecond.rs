//! Does not wait for a notification, but looks every millisecond.
//!
//! Fails: a_visitor_sleeps_until_the_notification
//!   "nobody has notified it: a thread that looks every few milliseconds is polling"

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

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
        let found = after(&self.messages(), seen);
        if !found.is_empty() {
            return found;
        }
        on_wait();
        let end = Instant::now() + at_most;
        loop {
            let found = after(&self.messages(), seen);
            if !found.is_empty() || Instant::now() >= end {
                return found;
            }
            thread::sleep(Duration::from_millis(1));
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
