//! Moves a process that keeps its log in a file.

use std::path::Path;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::agreed::entry::{Entry, Snapshot};
use crate::agreed::sum::Topics;
use crate::event::random_key;
use crate::file::file_log::{FileLog, LIMIT};
use crate::process::command::{Command, Reply};
use crate::process::process::Process;
use crate::shared::Shared;

/// Opens the log in a folder, and returns the process that keeps it.
///
/// # Errors
/// A sentence about a folder that cannot be used.
pub(crate) fn open(folder: &Path, topics: Topics) -> Result<(Shared, FileLog), String> {
    let (file, entries) = FileLog::open(folder).map_err(|problem| problem.to_string())?;
    // A snapshot is only stored when older entries are removed.
    let is_trimmed = entries.iter().any(|entry| entry.snapshot.is_some());
    let oldest = entries.iter().find(|entry| entry.record.is_some()).map(|entry| entry.id);
    let trimmed_to = oldest.filter(|_| is_trimmed);
    let open = |_| Process::in_file(random_key().into(), topics, entries, trimmed_to);
    Ok((Shared::new(open), file))
}

/// Writes what the process asks for. Ends only when it is dropped.
pub(crate) async fn drive(shared: Arc<Shared>, file: FileLog) {
    let file = Arc::new(file);
    loop {
        while let Some((lane, command)) = shared.command() {
            let Command::Store(entries, snapshot) = command else { continue };
            let file = Arc::clone(&file);
            let stored = spawn_blocking(move || store(&file, &entries, snapshot.as_ref())).await;
            let reply = match stored {
                Ok(Ok(())) => Reply::Written,
                Ok(Err(problem)) => Reply::Refused(problem),
                Err(_) => return,
            };
            shared.with(|process, now| process.reply(lane, reply, now));
        }
        shared.may_have_command().await;
    }
}

/// Stores a batch, and removes what is old if there is too much.
fn store(file: &FileLog, entries: &[Entry], snapshot: Option<&Snapshot>) -> Result<(), String> {
    file.store(entries).map_err(|problem| problem.to_string())?;
    if let Some(snapshot) = snapshot
        && file.needs_trim(LIMIT)
    {
        file.trim(LIMIT, snapshot).map_err(|problem| problem.to_string())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{sleep, timeout};

    use super::*;
    use crate::agreed::entry::Draft;
    use crate::event::EventId;
    use crate::file::fake_disk::FakeDisk;
    use crate::process::process::NotAppended;

    const SECOND: Duration = Duration::from_secs(1);
    /// Longer than anything takes here.
    const LONG: Duration = Duration::from_mins(1);

    /// A process that keeps its log on this disk.
    fn start(disk: &FakeDisk) -> Arc<Shared> {
        let topics = Topics { events_max: 100, counted: vec!["chat".into()], kept: vec![] };
        let (file, entries) = FileLog::open_on(disk).unwrap();
        let shared = Shared::new(|_| Process::in_file("p".into(), topics, entries, None));
        let shared = Arc::new(shared);
        tokio::spawn(drive(Arc::clone(&shared), file));
        shared
    }

    fn append(shared: &Shared, key: &str, data: &str) -> Result<Option<EventId>, NotAppended> {
        let draft = Draft::new("chat", key, data);
        shared.with(|process, now| process.append(draft, now))
    }

    /// Waits until the log has these keys and no others.
    async fn waits_for_keys(shared: &Shared, expected: &[&str]) {
        let mut keys = Vec::new();
        let come = timeout(LONG, async {
            while keys != expected {
                sleep(Duration::from_millis(10)).await;
                let events =
                    shared.look(|process| process.after("chat", EventId::default(), usize::MAX));
                keys = events.iter().map(|event| event.key.to_string()).collect();
            }
        });
        assert!(come.await.is_ok(), "{keys:?} should be {expected:?}");
    }

    /// What was accepted waits, what comes is refused, and nothing needs a restart.
    #[tokio::test(start_paused = true)]
    async fn while_the_disk_is_full_events_are_refused_and_then_they_are_stored() {
        let disk = FakeDisk::default();
        let shared = start(&disk);
        append(&shared, "1", "one").unwrap();
        waits_for_keys(&shared, &["1"]).await;
        for (accepted, later) in [("2", "3"), ("4", "5")] {
            let before: Vec<&str> =
                ["1", "2", "3"].into_iter().filter(|key| *key < accepted).collect();
            disk.set_full(true);
            let data = "x".repeat(3 << 20);
            append(&shared, accepted, &data).unwrap();
            // The sender tries again under the same key. Whether the disk is full is known when it has
            // answered.
            let problem = timeout(LONG, async {
                loop {
                    sleep(Duration::from_millis(10)).await;
                    if let Err(problem) = append(&shared, accepted, &data) {
                        return problem.to_string();
                    }
                }
            });
            let problem = problem.await.unwrap();
            let words = ["the server cannot store anything now", "the disk is full", "try again"];
            assert!(words.iter().all(|word| problem.contains(word)), "{problem}");
            // It stays so, and nothing is in the log that is not on the disk.
            sleep(5 * SECOND).await;
            assert!(append(&shared, later, "later").is_err());
            waits_for_keys(&shared, &before).await;
            disk.set_full(false);
            waits_for_keys(&shared, &[&before[..], &[accepted]].concat()).await;
            append(&shared, later, "later").unwrap();
            waits_for_keys(&shared, &[&before[..], &[accepted, later]].concat()).await;
        }
        drop(shared);
        let expected = ["1", "2", "3", "4", "5"];
        waits_for_keys(&start(&disk), &expected).await;
    }
}
