//! The event log of many processes, with a real Redis between them. Each log stands for a process,
//! because the logs share nothing but Redis.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::HashSet;
use std::time::Duration;

use event_log::{Draft, Event, EventId, EventLog, Portion, Topics, random_key};
use testkit::{PATIENCE, Redis};
use tokio::time::{Instant, timeout};

/// More than any of these tests appends.
const KEPT: usize = 20_000;

fn process(redis: &Redis) -> EventLog {
    let topics = Topics { events_max: KEPT, counted: vec!["vote".into()], kept: vec![] };
    EventLog::over_redis(&redis.url().parse().unwrap(), topics)
}

/// A process that is connected.
async fn connected(redis: &Redis) -> EventLog {
    let log = process(redis);
    is_shared(&log, true).await;
    log
}

/// Waits until the log reports that it is shared, or that it is not.
async fn is_shared(log: &EventLog, wanted: bool) {
    let mut shared = log.shared();
    let told = timeout(PATIENCE, shared.wait_for(|shared| *shared == wanted)).await;
    assert!(told.is_ok(), "it should be {wanted} that the log is shared");
}

/// Returns the events of the topic `numbers`, none of which may be missing.
fn all_numbers(log: &EventLog) -> Vec<Event> {
    let missed = log.after("numbers", EventId::default());
    assert!(!missed.is_gap);
    missed.events
}

/// Waits until a log has this number of events of the topic `numbers`, and returns them.
async fn numbers(log: &EventLog, count: usize) -> Vec<Event> {
    let deadline = Instant::now() + 2 * PATIENCE;
    loop {
        let events = all_numbers(log);
        if events.len() >= count {
            return events;
        }
        assert!(Instant::now() < deadline, "{} of {count} events have come", events.len());
        log.wait("numbers", log.newest("numbers"), Portion::ALL, Duration::from_millis(100)).await;
    }
}

/// Appends numbers, each under a key of its own.
async fn count_up(log: &EventLog, name: &str, from: usize, to: usize) {
    for number in from..to {
        let text = format!("{name}{number}");
        log.append(Draft::new("numbers", &*text, &*text)).unwrap();
        // Gives the log time to speak between the numbers.
        tokio::task::yield_now().await;
    }
}

fn all_different(events: &[Event]) -> bool {
    events.iter().map(|event| &event.data).collect::<HashSet<_>>().len() == events.len()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs redis-server: just setup"]
async fn two_processes_see_the_same_events_in_the_same_order() {
    let redis = Redis::start();
    let (left, right) = (connected(&redis).await, connected(&redis).await);
    tokio::join!(count_up(&left, "left", 0, 500), count_up(&right, "right", 0, 500));
    let seen = numbers(&left, 1000).await;
    assert_eq!(seen, numbers(&right, 1000).await);
    assert_eq!(seen.len(), 1000);
    assert!(all_different(&seen));
    assert!(seen.is_sorted_by(|earlier, later| earlier.id < later.id));
    // The events of one process keep their order.
    let lefts: Vec<&str> =
        seen.iter().map(|event| &*event.data).filter(|data| data.starts_with("left")).collect();
    assert_eq!(lefts, (0..500).map(|number| format!("left{number}")).collect::<Vec<_>>());
}

#[tokio::test]
#[ignore = "needs redis-server: just setup"]
async fn who_waits_in_one_process_gets_what_another_appends() {
    let redis = Redis::start();
    let (left, right) = (connected(&redis).await, connected(&redis).await);
    left.append(Draft::new("words", random_key(), "hello")).unwrap();
    let missed = right.wait("words", EventId::default(), Portion::ALL, PATIENCE).await;
    assert!(!missed.is_gap);
    assert_eq!(&*missed.events[0].data, "hello");
}

#[tokio::test]
#[ignore = "needs redis-server: just setup"]
async fn a_process_that_starts_later_reads_the_history() {
    let redis = Redis::start();
    let early = connected(&redis).await;
    count_up(&early, "", 0, 2_500).await;
    let seen = numbers(&early, 2_500).await;
    let late = connected(&redis).await;
    // The log has all events as soon as it reports that it is shared.
    assert_eq!(all_numbers(&late), seen);
}

#[tokio::test]
#[ignore = "needs redis-server: just setup"]
async fn what_two_processes_say_under_one_key_is_heard_once() {
    let redis = Redis::start();
    let (left, right) = (connected(&redis).await, connected(&redis).await);
    for log in [&left, &right] {
        log.append(Draft::new("numbers", "the key", "one").owned_by("Ada")).unwrap();
        log.append(Draft::new("numbers", "the key", "one").owned_by("Ada")).unwrap();
    }
    right.append(Draft::new("numbers", "the key", "one").owned_by("Bob")).unwrap();
    left.append(Draft::new("numbers", "left", "two")).unwrap();
    right.append(Draft::new("numbers", "right", "three")).unwrap();
    let seen = numbers(&left, 4).await;
    assert_eq!(seen.len(), 4);
    assert_eq!(seen, numbers(&right, 4).await);
}

#[tokio::test]
#[ignore = "needs redis-server: just setup"]
async fn a_log_says_whether_redis_is_there_and_keeps_what_is_said_meanwhile() {
    let mut redis = Redis::away();
    let log = process(&redis);
    assert!(!*log.shared().borrow());
    count_up(&log, "early", 0, 3).await;
    redis.comes_back();
    is_shared(&log, true).await;
    assert_eq!(numbers(&log, 3).await.len(), 3);
    redis.dies();
    is_shared(&log, false).await;
    count_up(&log, "late", 0, 3).await;
    // What is known can still be read.
    assert_eq!(all_numbers(&log).len(), 3);
    redis.comes_back();
    is_shared(&log, true).await;
    let seen = numbers(&log, 6).await;
    let said: Vec<&str> = seen.iter().map(|event| &*event.data).collect();
    assert_eq!(said, ["early0", "early1", "early2", "late0", "late1", "late2"]);
}

/// Nothing lost, nothing doubled, one order everywhere.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs redis-server: just setup"]
async fn events_outlive_a_redis_that_is_killed_and_forgets_everything() {
    let mut redis = Redis::start();
    let (left, right) = (connected(&redis).await, connected(&redis).await);
    for round in 0..4 {
        let (from, to) = (250 * round, 250 * (round + 1));
        let speaking = tokio::spawn({
            let (left, right) = (left.clone(), right.clone());
            async move {
                tokio::join!(count_up(&left, "left", from, to), count_up(&right, "right", from, to))
            }
        });
        if round < 3 {
            // Some have come, and some are on their way.
            numbers(&left, 2 * from + 10).await;
            redis.dies();
            is_shared(&left, false).await;
            is_shared(&right, false).await;
            redis.comes_back();
        }
        speaking.await.unwrap();
    }
    let seen = numbers(&left, 2000).await;
    assert_eq!(seen, numbers(&right, 2000).await);
    assert_eq!(seen.len(), 2000);
    assert!(all_different(&seen));
    // The history is back in Redis, too: a new process finds it there.
    assert_eq!(all_numbers(&connected(&redis).await), seen);
}

/// A Redis that hangs looks alive: its connections stay open.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs redis-server: just setup"]
async fn a_redis_that_hangs_is_noticed() {
    let redis = Redis::start();
    let log = connected(&redis).await;
    count_up(&log, "before", 0, 1).await;
    numbers(&log, 1).await;
    redis.hangs();
    count_up(&log, "meanwhile", 0, 500).await;
    is_shared(&log, false).await;
    redis.goes_on();
    is_shared(&log, true).await;
    // Entries that the old connection still sends arrive too, and are dropped.
    count_up(&log, "after", 0, 1).await;
    let seen = numbers(&log, 502).await;
    assert_eq!(seen.len(), 502);
    assert!(all_different(&seen));
}

#[tokio::test]
#[ignore = "needs redis-server: just setup"]
async fn a_log_that_is_full_says_so_and_recovers() {
    let mut redis = Redis::away();
    let log = process(&redis);
    for number in 0..10_000 {
        let text = number.to_string();
        log.append(Draft::new("numbers", &*text, &*text)).unwrap();
    }
    let problem = log.append(Draft::new("numbers", "one more", "one more")).unwrap_err();
    assert_eq!(problem.to_string(), "too much is waiting to be stored; try again in a moment");
    // It has this one already, so nothing is refused.
    log.append(Draft::new("numbers", "0", "0")).unwrap();
    redis.comes_back();
    numbers(&log, 10_000).await;
    log.append(Draft::new("numbers", "one more", "one more")).unwrap();
    assert_eq!(numbers(&log, 10_001).await.len(), 10_001);
}
