//! A solution of `missed_wake_up`: the news that came a moment too early.

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
        // It may also wake up for nothing, so it looks again each time.
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

fn main() {}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{self, Receiver};
    use std::thread;

    use super::*;

    /// Long enough for a slow machine to wake a thread.
    const LONG: Duration = Duration::from_secs(5);

    /// A visitor asks, and would wait for an hour. The answer comes by the channel.
    fn ask(news: &Arc<News>, on_wait: impl FnOnce() + Send + 'static) -> Receiver<Vec<String>> {
        let (says, answer) = mpsc::channel();
        let news = Arc::clone(news);
        thread::spawn(move || says.send(news.wait(0, Duration::from_hours(1), on_wait)));
        answer
    }

    /// What the visitor gets; `None` if they do not get it soon.
    fn soon(answer: &Receiver<Vec<String>>) -> Option<Vec<String>> {
        answer.recv_timeout(LONG).ok()
    }

    fn a_vote() -> Option<Vec<String>> {
        Some(vec!["a vote for Ada".to_owned()])
    }

    #[test]
    fn news_that_is_there_is_answered_at_once() {
        let news = Arc::new(News::default());
        news.append("a vote for Ada");
        let answer = ask(&news, || panic!("there is news: there is nothing to wait for"));
        assert_eq!(soon(&answer), a_vote(), "it was there before we asked");
    }

    #[test]
    fn news_between_the_look_and_the_sleep_is_not_missed() {
        let news = Arc::new(News::default());
        let same_news = Arc::clone(&news);
        let answer = ask(&news, move || {
            // Is the lock free? Then anybody may append now, and we do.
            let is_free = same_news.messages.try_lock().is_ok();
            if is_free {
                same_news.append("a vote for Ada");
            } else {
                thread::spawn(move || same_news.append("a vote for Ada"));
            }
        });
        let why = "it came after the look and before the sleep, and nobody was woken";
        assert_eq!(soon(&answer), a_vote(), "{why}");
    }

    #[test]
    fn to_be_woken_for_nothing_is_no_news() {
        let news = Arc::new(News::default());
        let (says, waits) = mpsc::channel();
        let answer = ask(&news, move || says.send(()).expect("the test is not over"));
        assert!(waits.recv_timeout(LONG).is_ok(), "there is no news, and nobody waits for it");
        // Once the lock is ours, the visitor sleeps.
        drop(news.messages());
        let why = "woken for nothing: look again, and go on waiting";
        for _ in 0..200 {
            news.appended.notify_all();
            let early = answer.recv_timeout(Duration::from_millis(1)).ok();
            assert_eq!(early, None, "{why}");
        }
        news.append("a vote for Ada");
        assert_eq!(soon(&answer), a_vote(), "woken for something: look again, and answer");
    }

    #[test]
    fn without_news_the_answer_is_empty() {
        let found = News::default().wait(0, Duration::from_millis(1), || {});
        assert!(found.is_empty(), "nothing was appended");
    }
}
