//! How a process that is alone writes its log to a file: one batch at a time, and what is written is
//! part of the log.

use std::time::Duration;

use crate::agreed::entry::{Entry, Record, Snapshot};
use crate::process::command::{Command, Reply};
use crate::process::core::{Core, News};

/// Events that are written at a time. Each batch is synced once.
const BATCH: usize = 500;
/// Time between two attempts to write, after a failure.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// The batch on its way to the file.
#[derive(Default)]
pub(crate) struct FileLink {
    batch: Vec<Entry>,
    snapshot: Option<Snapshot>,
    is_busy: bool,
    retry_at: Option<Duration>,
    /// Why the last batch could not be written.
    pub(crate) problem: Option<String>,
    pub(crate) command: Option<Command>,
}

impl FileLink {
    /// Returns when [`advance`](Self::advance) must be called at the latest.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.retry_at
    }

    // ANCHOR: advance
    /// Sends the next batch of events to the file, unless the last one is not confirmed yet.
    pub(crate) fn advance(&mut self, now: Duration, unix_milliseconds: u64, core: &mut Core) {
        if self.is_busy || self.retry_at.is_some_and(|time| now < time) {
            return;
        }
        self.retry_at = None;
        if self.batch.is_empty() {
            let mut id = core.agreed.position();
            for draft in core.outbox.take_unsent(BATCH) {
                id = id.next(unix_milliseconds);
                let record = Some(Record::Event(draft));
                self.batch.push(Entry { id, record, snapshot: None });
            }
            self.snapshot = core.agreed.take_snapshot();
        }
        if !self.batch.is_empty() {
            self.is_busy = true;
            self.command = Some(Command::Store(self.batch.clone(), self.snapshot.clone()));
        }
    }
    // ANCHOR_END: advance

    /// Takes the reply to the last command.
    pub(crate) fn reply(&mut self, reply: Reply, now: Duration, core: &mut Core) {
        self.is_busy = false;
        match reply {
            Reply::Written => {
                self.problem = None;
                core.apply(std::mem::take(&mut self.batch));
            }
            Reply::Refused(problem) | Reply::Lost(problem) => {
                self.retry_at = Some(now + RETRY_PAUSE);
                if self.problem.is_none() {
                    core.tell(News::Problem(format!("{problem}; trying again")));
                }
                self.problem = Some(problem);
            }
            _ => {}
        }
    }
}
