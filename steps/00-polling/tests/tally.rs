//! The count of the votes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use event_log::{Draft, EventId, EventLog};
use polling::{CANDIDATES, Tally, VOTES, topics};

/// Returns the votes for each candidate, in the order of the candidates.
fn votes(log: &EventLog) -> [u64; 5] {
    let counts = Tally::of(log).counts;
    assert_eq!(counts.len(), CANDIDATES.len());
    CANDIDATES.map(|candidate| counts[candidate])
}

#[test]
fn before_the_first_vote_each_candidate_has_none() {
    let log = EventLog::in_memory(topics(3));
    assert_eq!(votes(&log), [0; 5]);
    assert_eq!(Tally::of(&log).newest, EventId::default());
}

/// Fewer votes are kept than are counted.
#[test]
fn a_count_goes_on_when_votes_are_no_longer_kept() {
    let log = EventLog::in_memory(topics(3));
    for number in 0..10 {
        let candidate = if number % 2 == 0 { "Ada" } else { "Grace" };
        log.append(Draft::new(VOTES, number.to_string(), candidate)).unwrap();
        let tally = Tally::of(&log);
        assert_eq!(tally.newest, log.newest(VOTES));
        assert_eq!(tally.counts.values().sum::<u64>(), number + 1);
    }
    assert_eq!(votes(&log), [5, 5, 0, 0, 0]);
    assert_eq!(log.after(VOTES, EventId::default()).events.len(), 3);
}

/// Votes that are cast at the same moment do not know of each other, and each counts.
#[test]
fn votes_that_are_cast_at_the_same_moment_are_all_counted() {
    let log = EventLog::in_memory(topics(4));
    std::thread::scope(|scope| {
        for (voter, candidate) in CANDIDATES.into_iter().enumerate() {
            let log = &log;
            scope.spawn(move || {
                for number in 0..1_000 {
                    log.append(Draft::new(VOTES, format!("{voter} {number}"), candidate)).unwrap();
                }
            });
        }
    });
    assert_eq!(votes(&log), [1_000; 5]);
}

/// A voter who does not know whether a vote has arrived casts it again, perhaps long after.
#[test]
fn a_vote_that_is_cast_twice_counts_once() {
    let log = EventLog::in_memory(topics(2));
    for key in ["1", "1", "2", "3", "4", "1"] {
        log.append(Draft::new(VOTES, key, "Radia")).unwrap();
    }
    assert_eq!(votes(&log), [0, 0, 0, 0, 4]);
}

#[test]
fn only_votes_for_candidates_are_counted() {
    let log = EventLog::in_memory(topics(10));
    log.append(Draft::new(VOTES, "a", "hello")).unwrap();
    log.append(Draft::new(VOTES, "b", r#"{"candidate":"Ada"}"#)).unwrap();
    log.append(Draft::new("chat", "c", "Ada")).unwrap();
    assert_eq!(votes(&log), [0; 5]);
}
