//! Moves a process that keeps its log in a file.

use std::path::Path;
use std::sync::Arc;

use tokio::task::spawn_blocking;
use tokio::time::sleep_until;

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
        let deadline = shared.deadline();
        let too_late = async {
            match deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = shared.has_command() => {}
            () = too_late => shared.with(|process, now| process.advance(now)),
        }
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
