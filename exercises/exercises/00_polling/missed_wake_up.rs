//! # The news that came a moment too early
//!
//! Long polling waits until there is something to answer. This server looks for news, finds
//! nothing, and goes to sleep until it is notified. But between the look and the sleep the lock is
//! free: news that is appended in that moment is missed.
//!
//! A condition variable may also wake up without a notification, and this server takes that for
//! news. Make `wait` miss nothing, and make it look again each time that it wakes up. Call
//! `on_wait` once, when there is nothing yet: the server writes a line to its log there.
//!
//! Fails: news_between_the_look_and_the_sleep_is_not_missed
//!   "news came after the look and before the sleep, and nobody was notified"
//! Fails: a_wake_up_without_news_is_not_news
//!   "woken without news: look again, and go on waiting"
//!
//! Chapter: book/src/00-polling.md#exercises

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
        // TODO: who else can take the lock between the look and the sleep?
        let found = after(&self.messages(), seen);
        if !found.is_empty() {
            return found;
        }
        on_wait();
        let slept = self.appended.wait_timeout(self.messages(), at_most);
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

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
    use std::thread::{self, JoinHandle};
    use std::time::Duration;

    use super::*;

    /// Long enough for a slow machine to wake a thread.
    const LONG: Duration = Duration::from_secs(5);
    /// For a visitor who would wait as long as it takes.
    const HOUR: Duration = Duration::from_hours(1);
    const ADA: &str = "a vote for Ada";
    const GRACE: &str = "a vote for Grace";

    /// What happens to a visitor.
    #[derive(Debug, PartialEq)]
    enum Event {
        /// Your `wait` has called `on_wait`.
        Waits,
        /// Your `wait` has returned these messages.
        Returned(Vec<String>),
    }

    /// Calls your `wait` in a thread of its own. The channel receives what happens there.
    fn visit(news: &Arc<News>, seen: usize, at_most: Duration) -> Receiver<Event> {
        let (sender, events) = mpsc::channel();
        let news = Arc::clone(news);
        thread::spawn(move || {
            let returned = news.wait(seen, at_most, || {
                let _ = sender.send(Event::Waits);
            });
            let _ = sender.send(Event::Returned(returned));
        });
        events
    }

    /// Compares what happens next to a visitor with what was expected.
    #[track_caller]
    fn check(events: &Receiver<Event>, expected: &[&str], why: &str) {
        let expected = expected.iter().map(ToString::to_string).collect();
        next(events, &Event::Returned(expected), why);
    }

    /// As `check`, and notifies until something happens. So this is not about missed wake-ups.
    #[track_caller]
    fn check_woken(news: &Arc<News>, events: &Receiver<Event>, expected: &[&str], why: &str) {
        let (over, stop) = mpsc::channel();
        let notifies = notify_until(stop, news);
        check(events, expected, why);
        drop(over);
        notifies.join().expect("it notifies");
    }

    /// Notifies once in a millisecond, until the other end of the channel is dropped.
    fn notify_until(stop: Receiver<()>, news: &Arc<News>) -> JoinHandle<()> {
        let news = Arc::clone(news);
        thread::spawn(move || {
            while stop.recv_timeout(Duration::from_millis(1)) == Err(RecvTimeoutError::Timeout) {
                news.appended.notify_all();
            }
        })
    }

    #[track_caller]
    fn waits(events: &Receiver<Event>) {
        next(events, &Event::Waits, "there is nothing new: call `on_wait`, then wait");
    }

    #[track_caller]
    fn next(events: &Receiver<Event>, expected: &Event, why: &str) {
        let yours = match events.recv_timeout(LONG) {
            Ok(event) => format!("{event:?}"),
            Err(RecvTimeoutError::Timeout) => format!("nothing within {LONG:?}"),
            Err(RecvTimeoutError::Disconnected) => "it panicked".to_owned(),
        };
        let expected = format!("{expected:?}");
        assert!(yours == expected, "{why}\n  your `wait`: {yours}\n  expected: {expected}");
    }

    /// Waits until the visitor sleeps: the lock is ours only when `wait` has freed it.
    fn falls_asleep(news: &News) {
        drop(news.messages());
    }

    #[test]
    fn news_that_is_there_is_returned_at_once() {
        let news = Arc::new(News::default());
        news.append(ADA);
        let why = "the news was there before: return it, without a call of `on_wait`";
        check(&visit(&news, 0, HOUR), &[ADA], why);
        news.append(GRACE);
        check(&visit(&news, 0, HOUR), &[ADA, GRACE], "two messages are new, and both are news");
        check(&visit(&news, 1, HOUR), &[GRACE], "this visitor has seen the first of two messages");
    }

    #[test]
    fn news_between_the_look_and_the_sleep_is_not_missed() {
        let news = Arc::new(News::default());
        let (sender, events) = mpsc::channel();
        let visitor = Arc::clone(&news);
        thread::spawn(move || {
            let same_news = Arc::clone(&visitor);
            let returned = visitor.wait(0, HOUR, || {
                let _ = sender.send(Event::Waits);
                // If the lock is free, another thread may append now, and so we do it.
                if same_news.messages.try_lock().is_ok() {
                    same_news.append(ADA);
                } else {
                    thread::spawn(move || same_news.append(ADA));
                }
            });
            let _ = sender.send(Event::Returned(returned));
        });
        waits(&events);
        let why = "news came after the look and before the sleep, and nobody was notified";
        check(&events, &[ADA], why);
    }

    #[test]
    fn a_message_that_was_seen_is_not_news() {
        let news = Arc::new(News::default());
        news.append(ADA);
        let events = visit(&news, 1, HOUR);
        waits(&events);
        falls_asleep(&news);
        news.append(GRACE);
        let why = "this visitor has seen the first message, and needs the second";
        check_woken(&news, &events, &[GRACE], why);
    }

    #[test]
    fn a_wake_up_without_news_is_not_news() {
        let news = Arc::new(News::default());
        let events = visit(&news, 0, HOUR);
        waits(&events);
        falls_asleep(&news);
        for _ in 0..100 {
            news.appended.notify_all();
            let early = events.recv_timeout(Duration::from_millis(1)).ok();
            let why = "woken without news: look again, and go on waiting";
            assert!(early.is_none(), "{why}\n  your `wait`: {early:?}\n  expected: nothing yet");
        }
        news.append(ADA);
        check(&events, &[ADA], "woken with news: look again, and return it");
    }

    #[test]
    fn an_append_wakes_everyone_who_waits() {
        let news = Arc::new(News::default());
        let (sender, events) = mpsc::channel();
        for _ in 0..3 {
            let (news, sender) = (Arc::clone(&news), sender.clone());
            thread::spawn(move || {
                let guard = news.messages();
                let _ = sender.send("waits");
                let woken = news.appended.wait_timeout(guard, LONG);
                let is_late = woken.is_ok_and(|(_, result)| result.timed_out());
                let _ = sender.send(if is_late { "still waits" } else { "is woken" });
            });
        }
        let next = || events.recv().expect("three threads send two events each");
        assert_eq!([next(), next(), next()], ["waits"; 3]);
        falls_asleep(&news);
        news.append(ADA);
        let yours = [next(), next(), next()];
        let expected = ["is woken"; 3];
        assert!(
            yours == expected,
            "three threads wait, and one message is news for each of them\n  after your `append`: \
             {yours:?}\n  expected: {expected:?}"
        );
    }

    #[test]
    fn without_news_the_answer_is_empty_when_the_time_is_over() {
        let events = visit(&Arc::new(News::default()), 0, Duration::from_millis(1));
        waits(&events);
        check(&events, &[], "it was to wait for one millisecond, and nothing was appended");
    }

    #[test]
    fn the_time_does_not_begin_anew_with_each_wake_up() {
        let news = Arc::new(News::default());
        let events = visit(&news, 0, Duration::from_millis(300));
        waits(&events);
        let why = "it was to wait for 300 ms in all, however often it is woken";
        check_woken(&news, &events, &[], why);
    }

    /// Here the list of messages changes without a notification. Only a thread that polls sees it.
    #[test]
    fn a_visitor_sleeps_until_the_notification() {
        let news = Arc::new(News::default());
        let events = visit(&news, 0, HOUR);
        waits(&events);
        falls_asleep(&news);
        // If your `wait` calls `on_wait` before it takes the lock, it falls asleep a moment later.
        let moment = Duration::from_millis(50);
        let nothing = events.recv_timeout(moment).ok();
        assert!(nothing.is_none(), "there is no news\n  your `wait`: {nothing:?}");
        news.messages().push(ADA.to_owned());
        let early = events.recv_timeout(5 * moment).ok();
        let why = "nobody has notified it: a thread that looks every few milliseconds is polling";
        assert!(early.is_none(), "{why}\n  your `wait`: {early:?}\n  expected: nothing yet");
        check_woken(&news, &events, &[ADA], "now it was notified");
    }

    /// The server was started anew, and the visitor's page was not.
    #[test]
    fn a_visitor_who_has_seen_more_than_there_is_waits() {
        let news = Arc::new(News::default());
        news.append(ADA);
        let events = visit(&news, 7, Duration::from_millis(1));
        waits(&events);
        check(&events, &[], "this page has seen 7 messages, and there is one: nothing is new");
    }
}
