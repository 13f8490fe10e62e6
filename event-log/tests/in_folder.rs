//! The event log in a folder: what was stored is there after a restart.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use event_log::agreed::entry::{Draft, Entry, Record};
use event_log::file::file_log::FileLog;
use event_log::{Event, EventId, EventLog, NotStored, Topics};
use tempfile::tempdir;
use tokio::task::JoinSet;

fn open(folder: &Path) -> Result<EventLog, String> {
    let topics =
        Topics { events_max: 1_000, counted: vec!["vote".into()], kept: vec!["chat".into()] };
    EventLog::in_folder(folder, topics)
}

/// Opens the log again. The folder is free when the task that writes the file has ended.
async fn reopen(folder: &Path, log: EventLog) -> EventLog {
    drop(log);
    loop {
        match open(folder) {
            Ok(log) => return log,
            Err(problem) => assert!(problem.contains("another process is using"), "{problem}"),
        }
        tokio::task::yield_now().await;
    }
}

fn all(log: &EventLog, topic: &str) -> Vec<Event> {
    let missed = log.after(topic, EventId::default());
    assert!(!missed.is_gap);
    missed.events
}

fn counts(log: &EventLog) -> BTreeMap<Arc<str>, u64> {
    log.counted("vote").counts
}

#[tokio::test]
async fn a_restart_shows_what_was_there() {
    let folder = tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    let mut ids = Vec::new();
    for number in 0..10 {
        let data = format!("message {number}");
        ids.push(log.store(Draft::new("chat", number.to_string(), &*data)).await.unwrap());
        log.store(Draft::new("vote", number.to_string(), "Ada")).await.unwrap();
    }
    // It is in the log when it is stored, and not before.
    let before = (all(&log, "chat"), all(&log, "vote"), log.counted("vote"));
    assert_eq!(before.0.iter().map(|event| event.id).collect::<Vec<_>>(), ids);
    // A name ends with its process, and is not stored.
    let ada = log.enter("chat", "Ada", "a").await.unwrap();
    drop(ada);
    let log = reopen(folder.path(), log).await;
    assert_eq!((all(&log, "chat"), all(&log, "vote"), log.counted("vote")), before);
    assert!(log.here("chat").is_empty());
    // What is sent again is recognised, and new events come later.
    assert_eq!(log.append(Draft::new("chat", "3", "message 3")).unwrap(), Some(ids[3]));
    assert_eq!(log.store(Draft::new("vote", "4", "Ada")).await.unwrap(), before.1[4].id);
    assert!(log.store(Draft::new("chat", "10", "message 10")).await.unwrap() > before.2.newest);
    assert_eq!(log.after("chat", ids[9]).events.len(), 1);
    assert_eq!(counts(&log), BTreeMap::from([("Ada".into(), 10)]));
}

/// After a restart, the reader of an id of this log misses nothing.
#[tokio::test]
async fn a_reader_goes_on_after_a_restart_without_a_gap() {
    let folder = tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    let first = log.store(Draft::new("chat", "1", "one")).await.unwrap();
    let second = log.store(Draft::new("chat", "2", "two")).await.unwrap();
    let log = reopen(folder.path(), log).await;
    let missed = log.after("chat", first);
    assert_eq!((missed.is_gap, missed.events.len()), (false, 1));
    assert!(!log.after("chat", second).is_gap);
    // This id was given by another log, whose end this one does not know.
    let later = EventId { milliseconds: second.milliseconds + 1_000_000, sequence: 0 };
    assert!(log.after("chat", later).is_gap);
}

/// Writes votes to the file as the log does, but quickly.
fn fill(folder: &Path, votes: u64) {
    let (file, entries) = FileLog::open(folder).unwrap();
    assert_eq!(entries, []);
    let vote = |number: u64| {
        let candidate = if number.is_multiple_of(2) { "Ada" } else { "Grace" };
        let draft = Draft::new("vote", number.to_string(), candidate);
        let id = EventId { milliseconds: 1_700_000_000_000 + number, sequence: 0 };
        Entry { id, record: Some(Record::Event(draft)), snapshot: None }
    };
    let votes: Vec<Entry> = (0..votes).map(vote).collect();
    for batch in votes.chunks(20_000) {
        file.store(batch).unwrap();
    }
}

/// The file keeps 100,000 events, and a tenth more until it is time to remove them.
#[tokio::test]
async fn counts_survive_the_votes_that_were_removed_from_the_file() {
    let folder = tempdir().unwrap();
    fill(folder.path(), 110_000);
    let mut log = open(folder.path()).unwrap();
    let mut expected = BTreeMap::from([("Ada".into(), 55_000), ("Grace".into(), 55_000)]);
    assert_eq!(counts(&log), expected);
    for round in 1..=3 {
        for number in 0..2 {
            log.store(Draft::new("vote", format!("{round} {number}"), "Radia")).await.unwrap();
        }
        expected.insert("Radia".into(), 2 * round);
        assert_eq!(counts(&log), expected);
        log = reopen(folder.path(), log).await;
        assert_eq!(counts(&log), expected, "round {round}");
    }
    drop(log);
    let kept = loop {
        if let Ok((_, kept)) = FileLog::open(folder.path()) {
            break kept;
        }
        tokio::task::yield_now().await;
    };
    let kept = kept.iter().filter(|entry| entry.record.is_some()).count();
    assert!((100_000..100_010).contains(&kept), "the test is about removed votes: {kept}");
}

/// A reader who has not seen what was removed is told so, after a restart as well.
#[tokio::test]
async fn events_that_were_removed_from_the_file_are_a_gap() {
    let folder = tempdir().unwrap();
    fill(folder.path(), 110_000);
    let log = open(folder.path()).unwrap();
    log.store(Draft::new("chat", "1", "one")).await.unwrap();
    let log = reopen(folder.path(), log).await;
    let early = EventId { milliseconds: 1_700_000_000_007, sequence: 0 };
    for after in [EventId::default(), early] {
        assert!(log.after("vote", after).is_gap);
        // There may have been no messages at that time, but the log cannot know it.
        assert!(log.after("chat", after).is_gap);
    }
    let newest = log.newest("vote");
    assert!(!log.after("vote", newest).is_gap && !log.after("chat", newest).is_gap);
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_reported() {
    let folder = tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    let problem = open(folder.path()).err().unwrap();
    let sentence = "another process is using this folder; stop that process, or choose another";
    assert!(problem.contains(sentence), "{problem}");
    drop(log);
    let file = folder.path().join("notes.txt");
    fs::write(&file, "mine").unwrap();
    let problem = open(&file).err().unwrap();
    assert!(problem.contains("a file is where the folder should be"), "{problem}");
}

/// More than may wait at the same time. Some are refused, and every other one is counted.
#[tokio::test(flavor = "multi_thread")]
async fn of_12_000_votes_in_one_burst_each_that_is_answered_is_counted() {
    let folder = tempdir().unwrap();
    let log = open(folder.path()).unwrap();
    let mut voters = JoinSet::new();
    for number in 0..12_000 {
        let log = log.clone();
        voters.spawn(async move {
            match log.store(Draft::new("vote", number.to_string(), "Ada")).await {
                Ok(_) => 1,
                Err(NotStored::NotAppended(problem)) => {
                    assert!(problem.to_string().starts_with("too much is waiting"), "{problem}");
                    0
                }
                Err(problem) => panic!("{problem}"),
            }
        });
    }
    let answered: u64 = voters.join_all().await.into_iter().sum();
    assert!(answered >= 10_000, "{answered}");
    assert_eq!(counts(&log), BTreeMap::from([("Ada".into(), answered)]));
    let log = reopen(folder.path(), log).await;
    assert_eq!(counts(&log), BTreeMap::from([("Ada".into(), answered)]));
}
