//! How a process writes its log to a file, without a file: the test is the driver.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

use std::time::Duration;

use event_log::agreed::entry::{Draft, Entry, Record};
use event_log::process::command::{Command, Lane, Reply};
use event_log::process::core::News;
use event_log::process::process::{NotAppended, Now, Process};
use event_log::{EventId, Topics};

fn process() -> Process {
    let topics = Topics { events_max: 100, counted: vec!["vote".into()], kept: vec![] };
    Process::in_file("p".into(), topics, vec![], None)
}

fn at(milliseconds: u64) -> Now {
    Now {
        elapsed: Duration::from_millis(milliseconds),
        unix_milliseconds: 1_700_000_000_000 + milliseconds,
    }
}

fn append(process: &mut Process, key: &str, now: Now) -> Result<Option<EventId>, NotAppended> {
    process.append(Draft::new("vote", key, "Ada"), now)
}

/// Takes the command of the process, which must be to store something.
fn stores(process: &mut Process) -> Vec<Entry> {
    let Some((Lane::Writer, Command::Store(entries, None))) = process.command() else {
        panic!("something should be stored")
    };
    assert!(!process.has_command());
    entries
}

fn keys(entries: &[Entry]) -> Vec<&str> {
    fn key(entry: &Entry) -> &str {
        match &entry.record {
            Some(Record::Event(draft)) => &draft.key,
            _ => panic!("only events are stored"),
        }
    }
    entries.iter().map(key).collect()
}

fn news(process: &mut Process) -> Vec<News> {
    std::iter::from_fn(|| process.news()).collect()
}

fn count(process: &Process) -> u64 {
    process.agreed().counts("vote").map(|(_, count)| count).sum()
}

/// Nobody sees an event, or a count that includes it, before it is on the disk.
#[test]
fn an_event_is_in_the_log_when_it_is_written() {
    let mut process = process();
    append(&mut process, "1", at(0)).unwrap();
    let first = stores(&mut process);
    // One batch at a time.
    append(&mut process, "2", at(1)).unwrap();
    append(&mut process, "3", at(2)).unwrap();
    assert!(!process.has_command());
    assert_eq!((count(&process), news(&mut process)), (0, vec![]));
    assert_eq!(process.newest("vote"), EventId::default());
    process.reply(Lane::Writer, Reply::Written, at(3));
    assert_eq!((count(&process), news(&mut process)), (1, vec![News::Topic("vote".into())]));
    assert_eq!(process.newest("vote"), first[0].id);
    assert_eq!(append(&mut process, "1", at(4)).unwrap(), Some(first[0].id));
    let second = stores(&mut process);
    assert_eq!(keys(&second), ["2", "3"]);
    assert!(second[0].id > first[0].id && second[1].id > second[0].id);
    process.reply(Lane::Writer, Reply::Written, at(5));
    assert_eq!(count(&process), 3);
    assert!(!process.has_command());
}

#[test]
fn a_batch_that_could_not_be_written_is_tried_again_and_nothing_is_accepted_meanwhile() {
    let mut process = process();
    append(&mut process, "1", at(0)).unwrap();
    let batch = stores(&mut process);
    append(&mut process, "2", at(1)).unwrap();
    process.reply(Lane::Writer, Reply::Refused("the disk is full".to_owned()), at(10));
    let problem = News::Problem("the disk is full; trying again".to_owned());
    assert_eq!(news(&mut process), [problem]);
    for attempt in 1..=3 {
        let time = 10 + 1_000 * attempt;
        let refused = append(&mut process, "3", at(time - 1)).unwrap_err();
        assert_eq!(refused, NotAppended::CannotStore("the disk is full".to_owned()));
        process.advance(at(time - 1));
        assert!(!process.has_command());
        assert_eq!(process.deadline(), Some(Duration::from_millis(time)));
        process.advance(at(time));
        // Under the same ids, so it does not matter what the failed attempt has written.
        assert_eq!(stores(&mut process), batch);
        if attempt < 3 {
            process.reply(Lane::Writer, Reply::Refused("the disk is full".to_owned()), at(time));
            // The operator knows it already.
            assert_eq!(news(&mut process), []);
        }
    }
    assert_eq!(count(&process), 0);
    process.reply(Lane::Writer, Reply::Written, at(4_000));
    assert_eq!(count(&process), 1);
    append(&mut process, "3", at(4_001)).unwrap();
    let rest = stores(&mut process);
    assert_eq!(keys(&rest), ["2"]);
    process.reply(Lane::Writer, Reply::Written, at(4_002));
    assert_eq!(keys(&stores(&mut process)), ["3"]);
    // A new failure is said again.
    news(&mut process);
    process.reply(Lane::Writer, Reply::Refused("the disk is full".to_owned()), at(4_003));
    assert_eq!(news(&mut process).len(), 1);
}

/// At the end of a process, what was accepted is written.
#[test]
fn a_process_is_closed_when_everything_is_written() {
    let mut process = process();
    append(&mut process, "1", at(0)).unwrap();
    process.enter("tea", "Ada", "a", at(0)).unwrap();
    stores(&mut process);
    process.close(at(1));
    assert!(process.here("tea").is_empty() && !process.is_closed());
    process.reply(Lane::Writer, Reply::Written, at(2));
    assert!(process.is_closed());
}
