//! The event log of one process.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use event_log::{Draft, Event, EventId, EventLog, Missed, Portion, Topics, random_key};
use tokio::time::{Instant, timeout};

const LONG: Duration = Duration::from_secs(10);

/// Returns a log that keeps this number of events of each topic. Votes are counted.
fn in_memory(events_max: usize) -> EventLog {
    EventLog::in_memory(Topics {
        events_max,
        counted: vec!["vote".into()],
        kept: vec!["chat".into()],
    })
}

/// Returns the contents of events.
fn contents(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| &*event.data).collect()
}

/// Returns all events that the log keeps of a topic.
fn all(log: &EventLog, topic: &str) -> Vec<Event> {
    log.after(topic, EventId::default()).events
}

/// Appends under a key that is new.
fn append(log: &EventLog, topic: &str, data: &str) {
    log.append(Draft::new(topic, random_key(), data)).unwrap();
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
    let log = in_memory(100);
    for word in ["one", "two", "three"] {
        append(&log, "words", word);
    }
    append(&log, "others", "elsewhere");
    let Missed { is_gap, events: words } = log.after("words", EventId::default());
    assert!(!is_gap);
    assert_eq!(contents(&words), ["one", "two", "three"]);
    assert!(words.is_sorted_by(|earlier, later| earlier.id < later.id));
    let after_one = log.after("words", words[0].id);
    assert_eq!((after_one.is_gap, contents(&after_one.events)), (false, vec!["two", "three"]));
    assert_eq!(log.after("words", words[2].id), Missed::default());
    assert_eq!(log.newest("words"), words[2].id);
    assert_eq!(log.newest("nothing"), EventId::default());
    assert_eq!(log.after("nothing", EventId::default()), Missed::default());
    assert!(*log.shared().borrow());
}

/// A page that was open when the server was restarted asks with an id of the old log. The events of
/// that log are lost, and the page is told of the gap.
#[test]
fn ids_after_a_restart_are_later_than_before() {
    let before = in_memory(100);
    append(&before, "words", "before");
    let old = before.newest("words");
    drop(before);
    // An id of the same millisecond is another case, and no restart is as quick as that.
    while clock() <= old.milliseconds {}
    let log = in_memory(100);
    assert_eq!(log.after("words", old), Missed { is_gap: true, events: vec![] });
    append(&log, "words", "after");
    let missed = log.after("words", old);
    assert_eq!((missed.is_gap, contents(&missed.events)), (true, vec!["after"]));
    // A page that has seen nothing of the old log misses nothing.
    let missed = log.after("words", EventId::default());
    assert_eq!((missed.is_gap, contents(&missed.events)), (false, vec!["after"]));
}

#[test]
fn of_each_topic_the_last_events_are_kept() {
    let log = in_memory(3);
    for number in 0..10 {
        append(&log, "numbers", &number.to_string());
    }
    append(&log, "words", "word");
    assert_eq!(contents(&all(&log, "numbers")), ["7", "8", "9"]);
    assert_eq!(contents(&all(&log, "words")), ["word"]);
    let least = in_memory(0);
    append(&least, "words", "one");
    append(&least, "words", "two");
    assert_eq!(contents(&all(&least, "words")), ["two"]);
}

/// A topic keeps at most 8 MiB, however large its events are.
#[test]
fn of_large_events_fewer_are_kept() {
    let log = in_memory(10_000);
    let large = "x".repeat(64 * 1024);
    for _ in 0..200 {
        append(&log, "news", &large);
    }
    let kept = all(&log, "news").len();
    assert!((120..=128).contains(&kept), "{kept}");
    append(&log, "news", "small");
    assert_eq!(&*all(&log, "news").last().unwrap().data, "small");
}

#[test]
fn of_the_topics_the_last_thousand_are_kept() {
    let log = in_memory(3);
    for number in 0..1000 {
        append(&log, &number.to_string(), "first");
    }
    // Topic 0 is not the quietest any more: topic 1 is.
    append(&log, "0", "second");
    append(&log, "one more", "first");
    assert_eq!(contents(&all(&log, "0")), ["first", "second"]);
    assert_eq!(log.after("1", EventId::default()), Missed { is_gap: true, events: vec![] });
    assert_eq!(contents(&all(&log, "2")), ["first"]);
    assert_eq!(contents(&all(&log, "one more")), ["first"]);
}

/// Strangers could otherwise push out what others need, with many rooms of one message each.
#[tokio::test]
async fn a_thousand_one_message_rooms_push_out_no_topic_that_is_in_use() {
    let log = in_memory(100);
    for topic in ["vote", "chat", "occupied", "left"] {
        append(&log, topic, "Ada");
    }
    let _member = log.enter("occupied", "Ada", "").await.unwrap();
    drop(log.enter("left", "Ada", "").await.unwrap());
    for number in 0..3_000 {
        append(&log, &format!("room {number}"), "only one");
    }
    for topic in ["vote", "chat", "occupied"] {
        let missed = log.after(topic, EventId::default());
        assert_eq!((missed.is_gap, contents(&missed.events)), (false, vec!["Ada"]), "{topic}");
    }
    // The room is empty now, and a reader of the room learns that its message was dropped.
    assert_eq!(log.after("left", EventId::default()), Missed { is_gap: true, events: vec![] });
    assert_eq!(contents(&all(&log, "room 2999")), ["only one"]);
}

/// A name is in a room from the claim on. A room with more than a thousand others still is kept.
#[tokio::test]
async fn a_room_is_in_use_until_its_last_member_has_left() {
    let log = in_memory(100);
    append(&log, "tea", "hello");
    let ada = log.enter("tea", "Ada", "").await.unwrap();
    let bob = log.enter("tea", "Bob", "").await.unwrap();
    drop(ada);
    for number in 0..1_001 {
        append(&log, &format!("first {number}"), "only one");
    }
    assert_eq!(contents(&all(&log, "tea")), ["hello"]);
    drop(bob);
    for number in 0..1_001 {
        append(&log, &format!("second {number}"), "only one");
    }
    assert_eq!(all(&log, "tea"), []);
}

/// A reader whose next events are no longer kept is told of a gap; the one who has seen exactly what
/// was dropped misses nothing.
#[test]
fn a_reader_of_dropped_events_is_told_of_a_gap() {
    let log = in_memory(3);
    let mut ids = Vec::new();
    for number in 0..10 {
        append(&log, "numbers", &number.to_string());
        ids.push(log.newest("numbers"));
    }
    for (seen, id) in ids.iter().enumerate() {
        let missed = log.after("numbers", *id);
        // The events 0 to 6 are dropped.
        assert_eq!(missed.is_gap, seen < 6, "{seen}");
        assert_eq!(missed.events.len(), 3.min(9 - seen), "{seen}");
    }
    assert!(log.after("numbers", EventId::default()).is_gap);
}

/// The topic is back, and its old events are not.
#[test]
fn a_reader_of_a_dropped_topic_is_told_of_a_gap() {
    let log = in_memory(100);
    append(&log, "tea", "one");
    let one = log.newest("tea");
    append(&log, "tea", "two");
    let two = log.newest("tea");
    for number in 0..1_000 {
        append(&log, &number.to_string(), "only one");
    }
    append(&log, "tea", "three");
    for after in [EventId::default(), one] {
        let missed = log.after("tea", after);
        assert_eq!((missed.is_gap, contents(&missed.events)), (true, vec!["three"]), "{after}");
    }
    let missed = log.after("tea", two);
    assert_eq!((missed.is_gap, contents(&missed.events)), (false, vec!["three"]));
}

/// The log remembers a limited number of topics that it has dropped. After that, a reader may be
/// told of a gap where there is none, but a gap is never hidden.
#[test]
fn a_topic_that_was_dropped_long_ago_is_a_gap_still() {
    let log = in_memory(100);
    append(&log, "tea", "one");
    let other = log.newest("tea");
    append(&log, "tea", "two");
    for number in 0..12_000 {
        append(&log, &number.to_string(), "only one");
    }
    assert_eq!(log.after("tea", other), Missed { is_gap: true, events: vec![] });
    assert_eq!(log.after("tea", log.end("tea")), Missed::default());
}

/// An id that came with a gap does not report the same gap again. Otherwise a poll that should wait
/// would be answered at once, again and again.
#[test]
fn a_gap_is_told_once_to_a_reader_who_goes_on_from_the_end() {
    let old = EventId { milliseconds: clock() - 60_000, sequence: 0 };
    let later = EventId { milliseconds: clock() + 60_000, sequence: 0 };
    let empty = in_memory(100);
    for after in [old, later] {
        assert!(empty.after("words", after).is_gap, "{after}");
        assert_eq!(empty.after("words", empty.end("words")), Missed::default());
    }
    // A topic without events, in a log that has others.
    append(&empty, "others", "one");
    assert!(empty.after("words", old).is_gap);
    assert_eq!(empty.after("words", empty.end("words")), Missed::default());
    assert_eq!(contents(&all(&empty, "others")), ["one"]);
    assert_eq!(empty.after("others", empty.end("others")), Missed::default());
}

/// Somebody who comes to an empty log, receives nothing, and comes back after a restart may have
/// missed something.
#[test]
fn the_place_of_a_newcomer_belongs_to_the_log_even_if_that_is_empty() {
    let before = in_memory(100);
    let place = before.newcomer("words", 50).after();
    assert_eq!(before.after("words", place), Missed::default());
    append(&before, "words", "one");
    let place_before_one = before.newcomer("words", 50).after();
    assert_eq!(contents(&before.after("words", place_before_one).events), ["one"]);
    while clock() <= place.milliseconds {}
    let log = in_memory(100);
    for place in [place, place_before_one] {
        assert!(log.after("words", place).is_gap, "{place}");
    }
}

#[test]
fn an_event_that_is_appended_twice_under_one_key_is_kept_once() {
    let log = in_memory(2);
    for (topic, key, data) in
        [("a", "k1", "one"), ("a", "k1", "one"), ("b", "k1", "another topic"), ("a", "k2", "two")]
    {
        log.append(Draft::new(topic, key, data)).unwrap();
    }
    assert_eq!(contents(&all(&log, "a")), ["one", "two"]);
    assert_eq!(contents(&all(&log, "b")), ["another topic"]);
    // If it is appended again, the answer is its id.
    assert_eq!(log.append(Draft::new("a", "k2", "two")).unwrap(), Some(log.newest("a")));
    // The key is remembered longer than the event is kept: a late repetition is still recognised.
    let first = log.id_of(&Draft::new("a", "k1", "one"));
    assert!(first.is_some());
    log.append(Draft::new("a", "k3", "three")).unwrap();
    assert_eq!(contents(&all(&log, "a")), ["two", "three"]);
    assert_eq!(log.append(Draft::new("a", "k1", "one")).unwrap(), first);
    assert_eq!(contents(&all(&log, "a")), ["two", "three"]);
}

/// A key belongs to its owner. If another owner uses the same key, or the same owner uses it for
/// other content, the event is new.
#[test]
fn a_repetition_has_the_same_owner_key_and_content() {
    let log = in_memory(100);
    let by = |owner: &str, key, data| Draft::new("a", key, data).owned_by(owner);
    let drafts = [
        by("Ada", "k", "one"),
        by("Bob", "k", "one"),
        by("", "k", "one"),
        by("Ada", "k", "two"),
        by("Ada", "l", "one"),
    ];
    for draft in &drafts {
        assert_eq!(log.append(draft.clone()).unwrap(), None, "{draft:?}");
    }
    let events = all(&log, "a");
    assert_eq!(events.len(), drafts.len());
    for (draft, event) in drafts.iter().zip(&events) {
        let Event { id, topic, owner, key, data } = event.clone();
        assert_eq!(&Draft { topic, owner, key, data }, draft);
        assert_eq!(log.append(draft.clone()).unwrap(), Some(id));
        assert_eq!(log.id_of(draft), Some(id));
    }
    assert_eq!(all(&log, "a"), events);
}

/// It would be allocated for each event otherwise.
#[test]
fn the_events_of_a_topic_share_its_text() {
    let log = in_memory(100);
    for number in 0..3 {
        append(&log, "a", &number.to_string());
    }
    let events = all(&log, "a");
    assert!(events.iter().all(|event| Arc::ptr_eq(&event.topic, &events[0].topic)));
}

#[test]
fn a_key_is_forgotten_after_100_000_others() {
    let log = in_memory(2);
    log.append(Draft::new("a", "the key", "one")).unwrap();
    for number in 1..100_000 {
        log.append(Draft::new("b", number.to_string(), "")).unwrap();
    }
    let draft = Draft::new("a", "the key", "one");
    assert!(log.append(draft.clone()).unwrap().is_some());
    log.append(Draft::new("b", "one more", "")).unwrap();
    assert_eq!(log.id_of(&draft), None);
    assert_eq!(log.append(draft).unwrap(), None);
    assert_eq!(contents(&all(&log, "a")), ["one", "one"]);
}

#[test]
fn keys_are_not_drawn_twice() {
    assert_eq!(random_key().len(), 16);
    assert_ne!(random_key(), random_key());
}

/// More than may wait for a slow store.
#[test]
fn of_12_000_votes_in_one_burst_each_is_counted() {
    let log = in_memory(100);
    for number in 0..12_000 {
        let candidate = if number % 3 == 0 { "Ada" } else { "Grace" };
        log.append(Draft::new("vote", number.to_string(), candidate)).unwrap();
    }
    let counted = log.counted("vote");
    let expected = BTreeMap::from([("Ada".into(), 4_000), ("Grace".into(), 8_000)]);
    assert_eq!(counted.counts, expected);
    assert_eq!(counted.newest, log.newest("vote"));
    assert_eq!(all(&log, "vote").len(), 100);
}

#[test]
fn a_vote_that_is_cast_twice_is_counted_once() {
    let log = in_memory(2);
    for key in ["1", "1", "2", "3", "1"] {
        log.append(Draft::new("vote", key, "Ada")).unwrap();
    }
    assert_eq!(log.counted("vote").counts, BTreeMap::from([("Ada".into(), 3)]));
    // Only those topics are counted that must be.
    append(&log, "chat", "Ada");
    assert_eq!(log.counted("chat").counts, BTreeMap::new());
}

#[tokio::test]
async fn an_event_is_stored_when_its_id_is_known() {
    let log = in_memory(100);
    let id = log.store(Draft::new("words", "key", "one")).await.unwrap();
    assert_eq!(
        (log.newest("words"), log.id_of(&Draft::new("words", "key", "one"))),
        (id, Some(id))
    );
    assert_eq!(log.store(Draft::new("words", "key", "one")).await.unwrap(), id);
    assert_eq!(contents(&all(&log, "words")), ["one"]);
}

#[tokio::test(start_paused = true)]
async fn a_reader_does_not_wait_for_news_that_is_there() {
    let log = in_memory(100);
    append(&log, "words", "one");
    let began = Instant::now();
    let missed = log.wait("words", EventId::default(), Portion::ALL, LONG).await;
    assert_eq!((missed.is_gap, contents(&missed.events)), (false, vec!["one"]));
    // A gap is news, too.
    let old = EventId { milliseconds: clock() - 60_000, sequence: 0 };
    let missed = log.wait("nothing", old, Portion::ALL, LONG).await;
    assert_eq!(missed, Missed { is_gap: true, events: vec![] });
    assert_eq!(began.elapsed(), Duration::ZERO);
}

/// Another process may have given the id to a client, and be ahead. Here there is none, so the id
/// is of a log that is lost, as after a clock was set back.
#[tokio::test(start_paused = true)]
async fn an_id_that_is_later_than_the_log_is_a_gap_after_a_second() {
    let log = in_memory(100);
    append(&log, "words", "one");
    let ahead = EventId { milliseconds: clock() + 60_000, sequence: 0 };
    let began = Instant::now();
    let missed = log.wait("words", ahead, Portion::ALL, LONG).await;
    assert_eq!(missed, Missed { is_gap: true, events: vec![] });
    assert_eq!(began.elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_waits_gets_the_next_event_at_once() {
    let log = in_memory(100);
    append(&log, "words", "one");
    let waiting = tokio::spawn({
        let (log, newest) = (log.clone(), log.newest("words"));
        async move { log.wait("words", newest, Portion::ALL, LONG).await }
    });
    while log.waiting() == 0 {
        tokio::task::yield_now().await;
    }
    let began = Instant::now();
    // Events of other topics end no wait, although topics share channels.
    for number in 0..100 {
        append(&log, &number.to_string(), "elsewhere");
    }
    append(&log, "words", "two");
    let missed = waiting.await.unwrap();
    assert_eq!((missed.is_gap, contents(&missed.events)), (false, vec!["two"]));
    assert_eq!(began.elapsed(), Duration::ZERO);
}

/// An empty answer is a normal answer. It is a common mistake to go on with `None` (fault F19).
#[tokio::test(start_paused = true)]
async fn a_reader_who_waits_in_vain_gets_nothing_when_the_time_is_up() {
    let log = in_memory(100);
    let began = Instant::now();
    assert_eq!(log.wait("words", EventId::default(), Portion::ALL, LONG).await, Missed::default());
    assert_eq!(began.elapsed(), LONG);
    append(&log, "words", "one");
    let missed = log.wait("words", EventId::default(), Portion::ALL, LONG).await;
    assert_eq!(contents(&missed.events), ["one"]);
}

/// It is a common mistake to keep a queue for each visitor, and never to remove one (fault F20).
#[tokio::test(start_paused = true)]
async fn a_visitor_who_leaves_leaves_nothing_behind() {
    let log = in_memory(100);
    let mut visitors = tokio::task::JoinSet::new();
    for number in 0..10_000 {
        let log = log.clone();
        let topic = number.to_string();
        visitors
            .spawn(async move { log.wait(&topic, EventId::default(), Portion::ALL, LONG).await });
    }
    while log.waiting() < 10_000 {
        tokio::task::yield_now().await;
    }
    visitors.shutdown().await;
    assert_eq!(log.waiting(), 0);
}

/// Five thousand readers wait for one event: each gets a copy, and none looks at older events.
#[tokio::test]
async fn all_readers_who_wait_get_the_event() {
    let log = in_memory(10_000);
    for number in 0..10_000 {
        append(&log, "numbers", &number.to_string());
    }
    let newest = log.newest("numbers");
    let mut visitors = tokio::task::JoinSet::new();
    for _ in 0..5_000 {
        let log = log.clone();
        visitors.spawn(async move { log.wait("numbers", newest, Portion::ALL, LONG).await });
    }
    while log.waiting() < 5_000 {
        tokio::task::yield_now().await;
    }
    append(&log, "numbers", "the one");
    let all = timeout(testkit::PATIENCE, visitors.join_all()).await.unwrap();
    assert!(all.iter().all(|missed| contents(&missed.events) == ["the one"]));
}

/// A reader who has missed a lot receives it piece by piece.
#[tokio::test]
async fn a_portion_has_at_most_so_many_events_and_bytes_and_at_least_one_event() {
    let log = in_memory(100);
    for number in 0..10 {
        log.append(Draft::new("words", number.to_string(), "123456789")).unwrap();
    }
    log.append(Draft::new("words", "x", "long".repeat(100))).unwrap();
    for (events, bytes, counts) in
        [(4, 1000, vec![4, 4, 3]), (100, 39, vec![3, 3, 3, 1, 1]), (100, 0, vec![1; 11])]
    {
        let portion = Portion { events, bytes };
        let (mut after, mut received) = (EventId::default(), Vec::new());
        loop {
            let missed = log.wait("words", after, portion, Duration::ZERO).await;
            let (counted, _) = log.after_counted("words", after, portion);
            assert_eq!(missed, counted);
            let Some(last) = missed.events.last() else { break };
            after = last.id;
            received.push(missed.events);
        }
        assert_eq!(received.iter().map(Vec::len).collect::<Vec<_>>(), counts);
        assert_eq!(received.concat(), log.after("words", EventId::default()).events);
    }
}
