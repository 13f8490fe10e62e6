//! A reader's place: nothing comes twice, and what is missing is announced.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use event_log::{Cursor, Draft, EventId, EventLog, Topics, random_key};
use proptest::prelude::*;

/// More than any of these tests reads.
const ALL: usize = usize::MAX;

fn in_memory(events_max: usize) -> EventLog {
    EventLog::in_memory(Topics { events_max, counted: vec![], kept: vec![] })
}

/// Appends numbers to the topic `numbers`.
fn count_up(log: &EventLog, numbers: std::ops::Range<usize>) {
    for number in numbers {
        log.append(Draft::new("numbers", random_key(), number.to_string())).unwrap();
    }
}

/// Reads, and returns the numbers with a question mark in front if some are said to be missing.
fn read(log: &EventLog, cursor: &mut Cursor, events_max: usize) -> String {
    let missed = log.read(cursor, events_max);
    let gap = missed.is_gap.then_some("?");
    gap.into_iter()
        .chain(missed.events.iter().map(|event| &*event.data))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_newcomer_gets_the_last_events_and_then_those_that_come() {
    let log = in_memory(100);
    count_up(&log, 0..10);
    let mut cursor = log.newcomer("numbers", 3);
    assert_eq!(read(&log, &mut cursor, 2), "7 8");
    count_up(&log, 10..12);
    assert_eq!(read(&log, &mut cursor, 2), "9 10");
    assert_eq!(read(&log, &mut cursor, 2), "11");
    assert_eq!(read(&log, &mut cursor, 2), "");
    assert_eq!(cursor.after(), log.newest("numbers"));
    let mut cursor = log.newcomer("numbers", 0);
    assert_eq!(read(&log, &mut cursor, ALL), "");
    count_up(&log, 12..13);
    assert_eq!(read(&log, &mut cursor, ALL), "12");
    // There are not as many.
    assert_eq!(read(&log, &mut log.newcomer("numbers", 50), ALL), "0 1 2 3 4 5 6 7 8 9 10 11 12");
}

/// A newcomer has not asked for what was before.
#[test]
fn a_newcomer_is_not_told_of_events_that_were_dropped_before() {
    let log = in_memory(5);
    count_up(&log, 0..10);
    for count in [5, 6, 50] {
        assert_eq!(read(&log, &mut log.newcomer("numbers", count), ALL), "5 6 7 8 9", "{count}");
    }
    // The whole topic was dropped, and begins again.
    for number in 0..1_001 {
        log.append(Draft::new(number.to_string(), "key", "only one")).unwrap();
    }
    let mut cursor = log.newcomer("numbers", 5);
    assert_eq!(read(&log, &mut cursor, ALL), "");
    count_up(&log, 10..11);
    assert_eq!(read(&log, &mut cursor, ALL), "10");
}

#[test]
fn a_slow_newcomer_is_told_of_events_that_were_dropped_meanwhile() {
    let log = in_memory(5);
    count_up(&log, 0..10);
    let mut cursor = log.newcomer("numbers", 4);
    count_up(&log, 10..11);
    assert_eq!(read(&log, &mut cursor, 1), "6");
    count_up(&log, 11..15);
    assert_eq!(read(&log, &mut cursor, 2), "? 10 11");
    assert_eq!(read(&log, &mut cursor, ALL), "12 13 14");
    count_up(&log, 15..21);
    assert_eq!(read(&log, &mut cursor, ALL), "? 16 17 18 19 20");
    assert_eq!(read(&log, &mut cursor, ALL), "");
}

#[test]
fn a_gap_is_announced_once() {
    let log = in_memory(5);
    count_up(&log, 0..10);
    let mut cursor = log.reader("numbers", EventId::default());
    // A read of no events reports the gap, too, and only once.
    assert_eq!(read(&log, &mut cursor, 0), "?");
    assert_eq!(read(&log, &mut cursor, 0), "");
    assert_eq!(read(&log, &mut cursor, 2), "5 6");
    assert_eq!(read(&log, &mut cursor, ALL), "7 8 9");
    assert_eq!(read(&log, &mut cursor, ALL), "");
}

/// The topic was dropped while the reader waited, and nothing has been appended to it since.
#[test]
fn a_gap_without_events_after_it_is_announced_once() {
    let log = in_memory(5);
    count_up(&log, 0..2);
    let mut cursor = log.reader("numbers", EventId::default());
    for number in 0..1_001 {
        log.append(Draft::new(number.to_string(), "key", "only one")).unwrap();
    }
    assert_eq!(read(&log, &mut cursor, ALL), "?");
    assert_eq!(read(&log, &mut cursor, ALL), "");
    count_up(&log, 2..3);
    assert_eq!(read(&log, &mut cursor, ALL), "2");
}

/// A log that was lost had later ids than this one has: the clock was set back. What is in the log
/// now was appended after the reader had read the other one.
#[test]
fn a_reader_with_an_id_of_a_log_that_is_lost_is_told_of_a_gap_and_gets_what_is_new() {
    let log = in_memory(5);
    count_up(&log, 0..2);
    let newest = log.newest("numbers");
    let later = EventId { milliseconds: newest.milliseconds + 1_000_000, sequence: 3 };
    let mut cursor = log.reader("numbers", later);
    count_up(&log, 2..4);
    assert_eq!(read(&log, &mut cursor, ALL), "? 2 3");
    assert_eq!(read(&log, &mut cursor, ALL), "");
    // An id before this log began is one of a log that is lost as well.
    let before = EventId { milliseconds: 1, sequence: 0 };
    let mut cursor = log.reader("numbers", before);
    assert_eq!(read(&log, &mut cursor, 1), "? 0");
    assert_eq!(read(&log, &mut cursor, ALL), "1 2 3");
}

/// Events that are broadcast come to a reader who has read everything.
#[test]
fn an_event_that_was_accepted_is_not_read_again() {
    let log = in_memory(5);
    count_up(&log, 0..1);
    let mut cursor = log.newcomer("numbers", 5);
    assert_eq!(read(&log, &mut cursor, ALL), "0");
    let read_before = cursor.after();
    count_up(&log, 1..2);
    assert!(cursor.accept(log.newest("numbers")));
    assert!(!cursor.accept(log.newest("numbers")));
    assert!(!cursor.accept(read_before));
    assert_eq!(read(&log, &mut cursor, ALL), "");
    count_up(&log, 2..3);
    assert_eq!(read(&log, &mut cursor, ALL), "2");
}

/// What happens to a reader's topic.
#[derive(Clone, Debug)]
enum Step {
    Append(usize),
    Read(usize),
    /// The reader goes, and comes back with the last id.
    ComeBack,
    /// Many other topics have events, so that this one is dropped.
    Drop,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (1..12_usize).prop_map(Step::Append),
        12 => (0..8_usize).prop_map(Step::Read),
        4 => Just(Step::ComeBack),
        1 => Just(Step::Drop),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// A reader receives each event once and in order. A read says that there is a gap if and only if
    /// something is missing that was not announced before.
    #[test]
    fn nothing_comes_twice_and_exactly_what_is_missing_is_announced(
        steps in prop::collection::vec(step(), 1..50),
    ) {
        let log = in_memory(10);
        let mut cursor = log.reader("numbers", EventId::default());
        // The next number to append, and the oldest that is kept.
        let (mut next, mut oldest) = (0, 0);
        // The number after the last one that was received, and the one up to which it was said that
        // some are missing.
        let (mut place, mut announced) = (0, 0);
        let mut others = 0;
        for step in steps {
            match step {
                Step::Append(count) => {
                    count_up(&log, next..next + count);
                    next += count;
                    oldest = oldest.max(next.saturating_sub(10));
                }
                Step::Read(count) => {
                    let missed = log.read(&mut cursor, count);
                    prop_assert_eq!(missed.is_gap, place.max(announced) < oldest);
                    if missed.is_gap {
                        announced = oldest;
                    }
                    let numbers = missed.events.iter().map(|event| event.data.parse().unwrap());
                    let first = place.max(oldest);
                    let expected: Vec<usize> = (first..next.min(first + count)).collect();
                    prop_assert_eq!(numbers.collect::<Vec<usize>>(), &expected[..]);
                    place = expected.last().map_or(place, |last| last + 1);
                }
                Step::ComeBack => {
                    // The id does not say what was announced.
                    cursor = log.reader("numbers", cursor.after());
                    announced = 0;
                }
                // The log remembers a limited number of topics that it has dropped, and this number
                // is below it.
                Step::Drop if others > 8_000 => {}
                Step::Drop => {
                    for _ in 0..1_001 {
                        others += 1;
                        log.append(Draft::new(format!("other {others}"), "key", "only one")).unwrap();
                    }
                    oldest = next;
                }
            }
        }
    }
}
