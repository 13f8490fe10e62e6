//! The log in a file: what was stored is there, whatever happened in between.
#![allow(clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use event_log::EventId;
use event_log::agreed::entry::{Draft, Entry, NameChange, Record, Snapshot};
use event_log::file::amount::Amount;
use event_log::file::error::Problem;
use event_log::file::file_log::FileLog;
use proptest::prelude::*;
use tempfile::tempdir;

/// The name of the file in the folder.
const FILE: &str = "log.redb";

fn id(number: u64) -> EventId {
    EventId { milliseconds: number / 3, sequence: number % 3 }
}

fn message(number: u64) -> Entry {
    let data = format!("message {number} {}", "ä".repeat((number % 50) as usize));
    let owner = ["", "Ada", "Bob"][(number % 3) as usize];
    let draft = Draft::new("room/lobby", number.to_string(), data).owned_by(owner);
    Entry { id: id(number), record: Some(Record::Event(draft)), snapshot: None }
}

fn messages(numbers: RangeInclusive<u64>) -> Vec<Entry> {
    numbers.map(message).collect()
}

fn snapshot(upto: EventId, votes: u64) -> Snapshot {
    let mut snapshot = Snapshot { upto, ..Snapshot::default() };
    snapshot.counts.entry(Arc::from("vote")).or_default().insert(Arc::from("tea"), votes);
    snapshot
}

fn bytes(entry: &Entry) -> u64 {
    match &entry.record {
        Some(Record::Event(Draft { topic, owner, key, data })) => {
            (topic.len() + owner.len() + key.len() + data.len()) as u64
        }
        _ => 0,
    }
}

fn open(folder: &Path) -> (FileLog, Vec<Entry>) {
    FileLog::open(folder).expect("the log should open")
}

/// Opens a log that cannot be opened.
fn problem(folder: &Path) -> (Problem, String) {
    let error = FileLog::open(folder).err().expect("the log should not open");
    let sentence = error.to_string();
    assert!(sentence.contains(&folder.display().to_string()), "{sentence}");
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    (error.problem, sentence)
}

#[test]
fn a_restart_shows_what_was_there() {
    let folder = tempdir().unwrap();
    // The folders in between are created, too.
    let folder = folder.path().join("data").join("chat");
    let (log, kept) = open(&folder);
    assert_eq!(kept, []);
    log.store(&messages(1..=3)).unwrap();
    log.store(&[]).unwrap();
    log.store(&messages(4..=4)).unwrap();
    drop(log);
    assert_eq!(open(&folder).1, messages(1..=4));
}

#[test]
fn a_batch_that_is_stored_again_is_there_once() {
    let folder = tempdir().unwrap();
    let (log, _) = open(folder.path());
    log.store(&messages(1..=3)).unwrap();
    log.store(&messages(1..=4)).unwrap();
    drop(log);
    assert_eq!(open(folder.path()).1, messages(1..=4));
}

#[test]
fn changes_of_names_are_not_stored_and_a_snapshot_is() {
    let folder = tempdir().unwrap();
    let (log, _) = open(folder.path());
    let gone = Record::Names(NameChange::Gone { process: Arc::from("p") });
    let names = Entry { id: id(1), record: Some(gone), snapshot: None };
    let both = Entry { snapshot: Some(snapshot(id(1), 7)), ..message(2) };
    let alone = Entry { id: id(3), record: None, snapshot: Some(snapshot(id(2), 8)) };
    log.store(&[names, both]).unwrap();
    drop(log);
    let (log, kept) = open(folder.path());
    assert_eq!(kept, [Entry { snapshot: Some(snapshot(id(1), 7)), ..message(2) }]);
    log.store(std::slice::from_ref(&alone)).unwrap();
    drop(log);
    assert_eq!(open(folder.path()).1, [message(2), alone]);
}

/// Otherwise the events would neither be in the log nor in its sum.
#[test]
fn events_after_the_snapshot_are_not_trimmed() {
    let folder = tempdir().unwrap();
    let (log, _) = open(folder.path());
    log.store(&messages(1..=9)).unwrap();
    log.trim(Amount { events: 1, bytes: 1_000 }, &snapshot(id(5), 5)).unwrap();
    drop(log);
    let mut expected = vec![Entry { id: id(5), record: None, snapshot: Some(snapshot(id(5), 5)) }];
    expected.extend(messages(6..=9));
    assert_eq!(open(folder.path()).1, expected);
}

#[test]
fn it_is_time_to_trim_when_a_tenth_too_much_is_kept() {
    let folder = tempdir().unwrap();
    let (log, _) = open(folder.path());
    let limit = Amount { events: 100, bytes: 1_000_000 };
    log.store(&messages(1..=110)).unwrap();
    assert!(!log.needs_trim(limit));
    log.store(&messages(111..=111)).unwrap();
    assert!(log.needs_trim(limit));
    log.trim(limit, &snapshot(id(111), 0)).unwrap();
    assert!(!log.needs_trim(limit));
    assert!(log.needs_trim(Amount { events: 100, bytes: 1_000 }));
}

/// What a test does to a log.
#[derive(Clone, Debug)]
enum Step {
    Store(u64),
    StoreAgain,
    Trim { events: u64, bytes: u64, behind: u64 },
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..40u64).prop_map(Step::Store),
        1 => Just(Step::StoreAgain),
        2 => (0..60u64, 0..6_000u64, 0..30u64)
            .prop_map(|(events, bytes, behind)| Step::Trim { events, bytes, behind }),
        2 => Just(Step::Reopen),
    ]
}

/// A list in memory, which does what the file should do.
#[derive(Default)]
struct Model {
    events: Vec<Entry>,
    snapshot: Option<(EventId, Snapshot)>,
}

impl Model {
    fn trim(&mut self, limit: Amount, snapshot: Snapshot) {
        let size = |events: &[Entry]| events.iter().map(bytes).sum::<u64>();
        while self.events.first().is_some_and(|oldest| oldest.id <= snapshot.upto)
            && (self.events.len() as u64 > limit.events || size(&self.events) > limit.bytes)
        {
            self.events.remove(0);
        }
        if self.snapshot.as_ref().is_none_or(|(at, _)| *at <= snapshot.upto) {
            self.snapshot = Some((snapshot.upto, snapshot));
        }
    }

    fn kept(&self) -> Vec<Entry> {
        let mut kept = self.events.clone();
        if let Some((at, snapshot)) = &self.snapshot {
            let alone = Entry { id: *at, record: None, snapshot: Some(snapshot.clone()) };
            match kept.iter_mut().find(|entry| entry.id == *at) {
                Some(entry) => entry.snapshot = alone.snapshot,
                None => kept.push(alone),
            }
        }
        kept.sort_by_key(|entry| entry.id);
        kept
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_file_keeps_what_a_list_would_keep(steps in prop::collection::vec(step(), 1..25)) {
        let folder = tempdir().unwrap();
        let mut model = Model::default();
        let (mut log, mut newest, mut batch) = (open(folder.path()).0, 0, vec![]);
        for (place, step) in steps.into_iter().enumerate() {
            match step {
                Step::Store(count) => {
                    batch = messages(newest + 1..=newest + count);
                    newest += count;
                    log.store(&batch).unwrap();
                    model.events.extend(batch.iter().cloned());
                }
                Step::StoreAgain => {
                    // What was trimmed meanwhile is not sent again by anybody.
                    batch.retain(|entry| model.events.contains(entry));
                    log.store(&batch).unwrap();
                }
                Step::Trim { events, bytes, behind } => {
                    let snapshot = snapshot(id(newest.saturating_sub(behind)), place as u64);
                    log.trim(Amount { events, bytes }, &snapshot).unwrap();
                    model.trim(Amount { events, bytes }, snapshot);
                }
                Step::Reopen => {
                    drop(log);
                    let (opened, kept) = open(folder.path());
                    prop_assert_eq!(&kept, &model.kept());
                    log = opened;
                }
            }
            // The log knows how much it keeps, without reading it again.
            let size: u64 = model.events.iter().map(bytes).sum();
            for bytes in (size * 10 / 11).saturating_sub(1)..=size * 10 / 11 + 1 {
                let limit = Amount { events: u64::MAX, bytes };
                prop_assert_eq!(log.needs_trim(limit), size > bytes + bytes / 10);
            }
            let count = model.events.len() as u64;
            let limit = Amount { events: count * 10 / 11, bytes: u64::MAX };
            prop_assert_eq!(log.needs_trim(limit), count > limit.events + limit.events / 10);
        }
        drop(log);
        prop_assert_eq!(open(folder.path()).1, model.kept());
    }
}

/// Messages that are stored while the process is killed again and again.
const STORED: u64 = 10_000;
/// Tells the test below that it is the child, and where the log is.
const CHILD: &str = "EVENT_LOG_FILE_TEST_FOLDER";

/// `kill -9`, which no process can notice. `Child::kill` sends exactly that (on Windows,
/// `TerminateProcess`).
#[test]
fn what_was_confirmed_before_a_kill_is_there_in_order_and_once() {
    let folder = tempdir().unwrap();
    let (mut stored, mut kills, mut confirmed_twice) = (0, 0, 0);
    while stored < STORED {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_is_killed", "--ignored", "--nocapture"])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let until = stored + 300 + rand::random_range(0..700);
        let mut confirmed = stored;
        let mut is_killed = false;
        // After the kill, the pipe still has what was confirmed before it.
        while let Some(Ok(line)) = lines.next() {
            let Some(number) = line.strip_prefix("stored ") else { continue };
            let Ok(number) = number.parse() else { continue };
            confirmed = number;
            confirmed_twice += u64::from(number <= stored);
            if confirmed >= until && !is_killed {
                child.kill().unwrap();
                (is_killed, kills) = (true, kills + 1);
            }
        }
        child.wait().unwrap();
        let (log, kept) = open(folder.path());
        drop(log);
        stored = kept.len() as u64;
        assert!(stored >= confirmed, "{confirmed} were confirmed, and {stored} are there");
        assert!(stored > 0, "the child has stored nothing");
        assert_eq!(kept, messages(1..=stored));
    }
    assert_eq!((stored, confirmed_twice), (STORED, 0));
    assert!(kills >= 5, "killed {kills} times");
}

#[test]
#[ignore = "started by the test above"]
fn child_that_is_killed() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let (log, kept) = open(Path::new(&folder));
    let mut stored = kept.len() as u64;
    while stored < STORED {
        let batch = rand::random_range(1..=20).min(STORED - stored);
        log.store(&messages(stored + 1..=stored + batch)).unwrap();
        stored += batch;
        println!("stored {stored}");
    }
}

#[test]
fn a_folder_has_one_process_at_a_time() {
    let folder = tempdir().unwrap();
    let (log, _) = open(folder.path());
    let (found, sentence) = problem(folder.path());
    assert!(matches!(found, Problem::InUse), "{sentence}");
    assert!(sentence.contains("another process is using this folder"), "{sentence}");
    drop(log);
    open(folder.path());
}

#[test]
fn a_file_is_not_a_folder() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    fs::write(&file, "mine").unwrap();
    for path in [file.clone(), file.join("chat")] {
        let (found, sentence) = problem(&path);
        assert!(matches!(found, Problem::NotAFolder), "{sentence}");
    }
    assert_eq!(fs::read_to_string(file).unwrap(), "mine");
}

/// The superuser may write everywhere, so there is nothing to see for that user.
#[cfg(unix)]
#[test]
fn a_folder_without_rights_is_reported() {
    use std::os::unix::fs::PermissionsExt as _;
    let around = tempdir().unwrap();
    let folder = around.path().join("chat");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap();
    if File::create(folder.join("probe")).is_ok() {
        return;
    }
    let (found, sentence) = problem(&folder);
    assert!(matches!(found, Problem::Denied), "{sentence}");
}

/// The file contains the secrets by which visitors are known.
#[cfg(unix)]
#[test]
fn nobody_else_may_read_a_folder_that_the_log_has_created() {
    use std::os::unix::fs::PermissionsExt as _;
    let around = tempdir().unwrap();
    let folder = around.path().join("chat");
    open(&folder);
    assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_file_of_another_version_is_reported_and_kept() {
    let folder = tempdir().unwrap();
    drop(open(folder.path()));
    let path = folder.path().join(FILE);
    let about = redb::TableDefinition::<&str, u64>::new("about");
    let database = redb::Database::open(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(about).unwrap().insert("format", 3).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let (found, sentence) = problem(folder.path());
    assert!(matches!(found, Problem::OtherFormat { .. }), "{sentence}");
    assert!(sentence.contains("format 3") && sentence.contains("format 2"), "{sentence}");
    assert!(path.exists());
}

/// An empty file would be a new one for `redb`, and the messages would be gone without a word.
#[test]
fn a_file_that_is_empty_or_cut_short_or_another_is_damaged() {
    let folder = tempdir().unwrap();
    let (log, _) = open(folder.path());
    log.store(&messages(1..=500)).unwrap();
    drop(log);
    let path = folder.path().join(FILE);
    let whole = fs::read(&path).unwrap();
    let lengths = [0, 1, 100, 4_096, whole.len() / 2, whole.len() - 4_096, whole.len() - 1];
    for content in lengths.map(|length| &whole[..length]).into_iter().chain([&b"Dear diary"[..]]) {
        fs::write(&path, content).unwrap();
        let (found, sentence) = problem(folder.path());
        assert!(matches!(found, Problem::Damaged(_)), "{} bytes: {sentence}", content.len());
    }
    fs::write(&path, whole).unwrap();
    assert_eq!(open(folder.path()).1, messages(1..=500));
}

/// A changed bit is found, or is in a place that nothing depends on.
#[test]
fn a_changed_bit_is_never_a_loss_without_a_word() {
    let folder = tempdir().unwrap();
    let (log, _) = open(folder.path());
    for first in [1, 101, 201] {
        log.store(&messages(first..=first + 99)).unwrap();
    }
    drop(log);
    let path = folder.path().join(FILE);
    let whole = fs::read(&path).unwrap();
    let mut found_damaged = 0;
    // All bits of the header, and many of the rest.
    let header = (0..320).flat_map(|byte| (0..8).map(move |bit| (byte, bit)));
    let rest = (0..1_000).map(|_| (rand::random_range(0..whole.len()), rand::random_range(0..8)));
    for (byte, bit) in header.chain(rest) {
        let mut changed = whole.clone();
        changed[byte] ^= 1 << bit;
        fs::write(&path, changed).unwrap();
        match FileLog::open(folder.path()) {
            Ok((_, kept)) => assert_eq!(kept, messages(1..=300), "bit {bit} of byte {byte}"),
            Err(error) => {
                let expected =
                    matches!(error.problem, Problem::Damaged(_) | Problem::OtherFormat { .. });
                assert!(expected, "bit {bit} of byte {byte}: {error}");
                found_damaged += 1;
            }
        }
    }
    assert!(found_damaged > 100, "{found_damaged}");
}
