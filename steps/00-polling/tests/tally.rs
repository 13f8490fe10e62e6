//! The count of a vote.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use event_log::EventLog;
use polling::Tally;

/// A history may begin in the middle: each vote says what was counted before it.
#[test]
fn a_count_goes_on_where_the_history_begins() {
    let log = EventLog::in_memory(3);
    let mut first = Tally::default();
    for number in 0..10 {
        first.catch_up(&log);
        let candidate = if number % 2 == 0 { "Ada" } else { "Grace" };
        let vote = first.vote(candidate).unwrap();
        log.append("vote", &number.to_string(), &vote).unwrap();
    }
    first.catch_up(&log);
    assert_eq!((first.counts()["Ada"], first.counts()["Grace"]), (5, 5));
    assert_eq!(first.upto(), log.newest("vote"));
    let mut late = Tally::default();
    late.catch_up(&log);
    assert_eq!(late, first);
    assert_eq!(late.vote("Bob"), None);
}

/// Votes that were cast at the same moment do not know of each other, and each still counts.
#[test]
fn a_count_from_the_middle_does_not_miss_votes_that_crossed() {
    let log = EventLog::in_memory(4);
    let mut all = Tally::default();
    let crossing = all.vote("Ada").unwrap();
    for number in 0..6 {
        log.append("vote", &format!("crossed {number}"), &crossing).unwrap();
        all.catch_up(&log);
    }
    log.append("vote", "last", &all.vote("Grace").unwrap()).unwrap();
    all.catch_up(&log);
    let mut late = Tally::default();
    late.catch_up(&log);
    assert_eq!((late.counts()["Ada"], late.counts()["Grace"]), (6, 1));
    assert_eq!(late, all);
}

#[test]
fn what_is_no_vote_is_not_counted() {
    let log = EventLog::in_memory(10);
    log.append("vote", "a", "hello").unwrap();
    log.append("vote", "b", r#"{"candidate":"Bob","before":{"counts":{},"upto":"0-0"}}"#).unwrap();
    let mut tally = Tally::default();
    tally.catch_up(&log);
    assert!(tally.counts().values().all(|count| *count == 0));
}
