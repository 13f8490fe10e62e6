//! The event log of one process.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::time::{Duration, UNIX_EPOCH};

use event_log::{Event, EventId, EventLog, random_key};
use tokio::time::{Instant, timeout};

const LONG: Duration = Duration::from_secs(10);

/// What the events say.
fn said(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| &*event.data).collect()
}

/// Appends under a key that is new.
fn append(log: &EventLog, topic: &str, data: &str) {
    log.append(topic, &random_key(), data).unwrap();
}

/// Milliseconds since 1970.
fn clock() -> u64 {
    UNIX_EPOCH.elapsed().unwrap().as_millis().try_into().unwrap()
}

fn id(text: &str) -> EventId {
    text.parse().unwrap()
}

#[test]
fn an_id_is_written_as_redis_writes_it() {
    let written = EventId { milliseconds: 1_763_716_484_123, sequence: 7 };
    assert_eq!(written.to_string(), "1763716484123-7");
    assert_eq!(id("1763716484123-7"), written);
    assert_eq!(id("0-0"), EventId::default());
    assert!(id("0-0") < id("0-1") && id("9-9") < id("10-0"));
    assert_eq!(serde_json::to_string(&written).unwrap(), "\"1763716484123-7\"");
    assert_eq!(serde_json::from_str::<EventId>("\"1763716484123-7\"").unwrap(), written);
    let too_large = "18446744073709551616-0";
    for wrong in ["", "-", "1", "1-", "-1", "1-1-1", "+1-0", "01-0", "1-a", " 1-0", too_large] {
        assert!(wrong.parse::<EventId>().is_err(), "{wrong}");
    }
    let message = serde_json::from_str::<EventId>("\"now\"").unwrap_err().to_string();
    assert!(message.starts_with("the id of an event looks like 1763716484123-0"), "{message}");
}

#[test]
fn ids_grow_even_if_the_clock_is_set_back() {
    let mut newest = EventId::default();
    let mut ids = Vec::new();
    for clock in [500, 500, 501, 100, 100, 501, 502] {
        newest = newest.next(clock);
        ids.push(newest.to_string());
    }
    assert_eq!(ids, ["500-0", "500-1", "501-0", "501-1", "501-2", "501-3", "502-0"]);
    let last = EventId { milliseconds: 5, sequence: u64::MAX };
    assert_eq!(last.next(5), last, "there is no overflow");
}

#[test]
fn events_are_kept_in_the_order_in_which_they_came() {
    let log = EventLog::in_memory(100);
    for word in ["one", "two", "three"] {
        append(&log, "words", word);
    }
    append(&log, "others", "elsewhere");
    let words = log.after("words", EventId::default());
    assert_eq!(said(&words), ["one", "two", "three"]);
    assert!(words.is_sorted_by(|earlier, later| earlier.id < later.id));
    assert_eq!(said(&log.after("words", words[0].id)), ["two", "three"]);
    assert_eq!(log.after("words", words[2].id), []);
    assert_eq!(log.newest("words"), words[2].id);
    assert_eq!(log.newest("nothing"), EventId::default());
    assert_eq!(log.after("nothing", EventId::default()), []);
    assert!(*log.shared().borrow());
}

/// A page that was open when the server was restarted asks with an id from before.
#[test]
fn ids_after_a_restart_are_later_than_before() {
    let before = EventLog::in_memory(100);
    append(&before, "words", "before");
    let old = before.newest("words");
    drop(before);
    let log = EventLog::in_memory(100);
    // The same millisecond would be another matter, and no restart is as quick as that.
    while clock() <= old.milliseconds {}
    append(&log, "words", "after");
    assert_eq!(said(&log.after("words", old)), ["after"]);
}

#[test]
fn of_each_topic_the_last_events_are_kept() {
    let log = EventLog::in_memory(3);
    for number in 0..10 {
        append(&log, "numbers", &number.to_string());
    }
    append(&log, "words", "word");
    assert_eq!(said(&log.after("numbers", EventId::default())), ["7", "8", "9"]);
    assert_eq!(said(&log.after("words", EventId::default())), ["word"]);
    let least = EventLog::in_memory(0);
    append(&least, "words", "one");
    append(&least, "words", "two");
    assert_eq!(said(&least.after("words", EventId::default())), ["two"]);
}

/// However large the events are: what is kept of a topic is at most 8 MiB.
#[test]
fn of_large_events_fewer_are_kept() {
    let log = EventLog::in_memory(10_000);
    let large = "x".repeat(64 * 1024);
    for _ in 0..200 {
        append(&log, "news", &large);
    }
    let kept = log.after("news", EventId::default()).len();
    assert!((120..=128).contains(&kept), "{kept}");
    append(&log, "news", "small");
    assert_eq!(&*log.after("news", EventId::default()).last().unwrap().data, "small");
}

#[test]
fn of_the_topics_the_last_thousand_are_kept() {
    let log = EventLog::in_memory(3);
    for number in 0..1000 {
        append(&log, &number.to_string(), "first");
    }
    // Topic 0 is not the quietest any more: topic 1 is.
    append(&log, "0", "second");
    append(&log, "one more", "first");
    assert_eq!(said(&log.after("0", EventId::default())), ["first", "second"]);
    assert_eq!(log.after("1", EventId::default()), []);
    assert_eq!(said(&log.after("2", EventId::default())), ["first"]);
    assert_eq!(said(&log.after("one more", EventId::default())), ["first"]);
}

#[test]
fn what_is_said_twice_under_one_key_is_heard_once() {
    let log = EventLog::in_memory(2);
    for (topic, key, data) in
        [("a", "k1", "one"), ("a", "k1", "again"), ("b", "k1", "another topic"), ("a", "k2", "two")]
    {
        log.append(topic, key, data).unwrap();
    }
    assert_eq!(said(&log.after("a", EventId::default())), ["one", "two"]);
    assert_eq!(said(&log.after("b", EventId::default())), ["another topic"]);
    // With its event, a key is forgotten: the bound is on both.
    log.append("a", "k3", "three").unwrap();
    log.append("a", "k1", "one").unwrap();
    assert_eq!(said(&log.after("a", EventId::default())), ["three", "one"]);
}

#[test]
fn keys_are_not_drawn_twice() {
    assert_eq!(random_key().len(), 16);
    assert_ne!(random_key(), random_key());
}

#[tokio::test(start_paused = true)]
async fn who_asks_when_there_is_news_does_not_wait() {
    let log = EventLog::in_memory(100);
    append(&log, "words", "one");
    let began = Instant::now();
    assert_eq!(said(&log.wait("words", EventId::default(), LONG).await), ["one"]);
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn who_waits_gets_the_next_event_at_once() {
    let log = EventLog::in_memory(100);
    append(&log, "words", "one");
    let waiting = tokio::spawn({
        let (log, newest) = (log.clone(), log.newest("words"));
        async move { log.wait("words", newest, LONG).await }
    });
    while log.waiting() == 0 {
        tokio::task::yield_now().await;
    }
    let began = Instant::now();
    // What belongs to other topics disturbs nobody, even if it rings the same bell.
    for number in 0..100 {
        append(&log, &number.to_string(), "elsewhere");
    }
    append(&log, "words", "two");
    assert_eq!(said(&waiting.await.unwrap()), ["two"]);
    assert_eq!(began.elapsed(), Duration::ZERO);
}

/// An empty answer is a normal answer. The tutorials go on with `None` and die of it (fault F19).
#[tokio::test(start_paused = true)]
async fn who_waits_in_vain_gets_nothing_when_the_time_is_up() {
    let log = EventLog::in_memory(100);
    let began = Instant::now();
    assert_eq!(log.wait("words", EventId::default(), LONG).await, []);
    assert_eq!(began.elapsed(), LONG);
    append(&log, "words", "one");
    assert_eq!(said(&log.wait("words", EventId::default(), LONG).await), ["one"]);
}

/// The tutorials keep a queue for each visitor, and never remove one (fault F20).
#[tokio::test(start_paused = true)]
async fn a_visitor_who_leaves_leaves_nothing_behind() {
    let log = EventLog::in_memory(100);
    let mut visitors = tokio::task::JoinSet::new();
    for number in 0..10_000 {
        let log = log.clone();
        let topic = number.to_string();
        visitors.spawn(async move { log.wait(&topic, EventId::default(), LONG).await });
    }
    while log.waiting() < 10_000 {
        tokio::task::yield_now().await;
    }
    visitors.shutdown().await;
    assert_eq!(log.waiting(), 0);
}

/// One event for five thousand who wait: each gets a copy, and none looks at what was before.
#[tokio::test]
async fn all_who_wait_get_the_event() {
    let log = EventLog::in_memory(10_000);
    for number in 0..10_000 {
        append(&log, "numbers", &number.to_string());
    }
    let newest = log.newest("numbers");
    let mut visitors = tokio::task::JoinSet::new();
    for _ in 0..5_000 {
        let log = log.clone();
        visitors.spawn(async move { log.wait("numbers", newest, LONG).await });
    }
    while log.waiting() < 5_000 {
        tokio::task::yield_now().await;
    }
    append(&log, "numbers", "the one");
    let all = timeout(testkit::PATIENCE, visitors.join_all()).await.unwrap();
    assert!(all.iter().all(|events| said(events) == ["the one"]));
}
