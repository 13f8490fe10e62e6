//! The simulated Redis: a stream, a hash of signs of life, and the ways in which they get lost.

use std::collections::{BTreeMap, VecDeque};

use event_log::EventId;
use event_log::agreed::entry::{Entry, ProcessId, Record};
use event_log::process::command::{Addition, Checked, Command, READ_MAX, Reply};

use crate::time::{BEGAN, MILLISECOND, SECOND, Time};

/// Entries younger than this are not trimmed. The real limit is 100,000 entries, so that nobody
/// repeats a key after its entry was trimmed.
const TRIM_AGE: Time = 25 * SECOND;

/// What Redis stores.
#[derive(Clone, Debug, Default)]
pub(crate) struct Data {
    /// The entries, and when each was appended.
    pub(crate) entries: VecDeque<(Entry, Time)>,
    /// The id of the newest entry that was ever appended.
    pub(crate) last: EventId,
    /// The keys and ids of the events that were trimmed.
    pub(crate) trimmed: BTreeMap<String, EventId>,
    is_trimmed: bool,
    /// The beats of the processes.
    pub(crate) alive: BTreeMap<ProcessId, u64>,
}

/// Whether Redis answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// It answers.
    Up,
    /// Its machine takes commands, and it does not carry them out.
    Hangs,
    /// Nobody listens.
    Down,
}

/// The simulated Redis.
#[derive(Debug)]
pub(crate) struct Redis {
    /// What it stores.
    pub(crate) data: Data,
    /// Whether it answers.
    pub(crate) health: Health,
    /// Why it refuses writes, if it does.
    pub(crate) refuses: Option<&'static str>,
    /// How often it was started.
    pub(crate) run: u64,
    /// How far its clock is ahead, in milliseconds. 10,000 is right.
    pub(crate) clock: u64,
    /// About how many entries the stream keeps.
    pub(crate) keeps: Option<usize>,
    /// The last saved state, and the state of the replica.
    pub(crate) saved: Data,
}

/// The result of a command.
#[derive(Debug)]
pub(crate) enum Execution {
    /// An answer.
    Answer(Reply),
    /// The command waits for the first entry after this one.
    Blocks(EventId),
}

impl Redis {
    /// Returns an empty Redis.
    pub(crate) fn new(keeps: Option<usize>) -> Self {
        Self {
            data: Data::default(),
            health: Health::Up,
            refuses: None,
            run: 1,
            clock: 10_000,
            keeps,
            saved: Data::default(),
        }
    }

    /// Carries out a command.
    pub(crate) fn execute(&mut self, command: Command, now: Time) -> Execution {
        let is_write = matches!(
            command,
            Command::Append { .. }
                | Command::Restore { .. }
                | Command::Pulse { .. }
                | Command::Farewell { .. }
        );
        if let Some(reason) = self.refuses.filter(|_| is_write) {
            return Execution::Answer(Reply::Refused(reason.to_owned()));
        }
        Execution::Answer(match command {
            Command::Connect => Reply::Connected { run: format!("run {}", self.run) },
            Command::Check { upto } => Reply::Checked(self.check(upto)),
            Command::Append { after, .. } | Command::Restore { after, .. }
                if self.newest() < after =>
            {
                Reply::Forgotten
            }
            Command::Restore { entries, .. } => {
                for entry in entries {
                    self.insert(entry, now);
                }
                Reply::Written
            }
            Command::Read { after, is_blocking } => {
                let entries = self.read(after);
                if entries.is_empty() && is_blocking {
                    return Execution::Blocks(after);
                }
                Reply::Entries(entries)
            }
            Command::Append { silent, .. } if self.is_alive(&silent) => Reply::Alive,
            Command::Append { additions, .. } => {
                for addition in additions {
                    self.append(addition, now);
                }
                self.trim(now);
                Reply::Written
            }
            Command::Pulse { process, beat, gone } => {
                for process in gone {
                    self.data.alive.remove(&process);
                }
                let is_new = self.data.alive.insert(process, beat).is_none();
                Reply::Pulsed { is_new, beats: self.data.alive.clone() }
            }
            Command::Farewell { process } => {
                self.data.alive.remove(&process);
                Reply::Written
            }
            Command::Disconnect | Command::Store(..) => Reply::Written,
        })
    }

    fn check(&self, upto: EventId) -> Checked {
        let ids = || self.data.entries.iter().map(|(entry, _)| entry.id);
        Checked {
            base: ids().rfind(|id| *id <= upto).unwrap_or_default(),
            newest: self.newest(),
            trimmed_to: if self.data.is_trimmed { ids().next() } else { None },
        }
    }

    /// Whether one of these processes has given another sign of life than this one.
    pub(crate) fn is_alive(&self, silent: &[(ProcessId, u64)]) -> bool {
        silent.iter().any(|(process, beat)| {
            self.data.alive.get(process).is_some_and(|current| current != beat)
        })
    }

    /// Returns the id of the newest entry.
    pub(crate) fn newest(&self) -> EventId {
        self.data.entries.back().map(|(entry, _)| entry.id).unwrap_or_default()
    }

    /// Returns the entries after an id, up to the most that are read at a time.
    pub(crate) fn read(&self, after: EventId) -> Vec<Entry> {
        let start = self.data.entries.partition_point(|(entry, _)| entry.id <= after);
        self.data.entries.range(start..).take(READ_MAX).map(|(entry, _)| entry.clone()).collect()
    }

    fn append(&mut self, addition: Addition, now: Time) {
        let clock = (BEGAN + now / MILLISECOND + self.clock).saturating_sub(10_000);
        let id = self.data.last.next(clock);
        self.insert(
            match addition {
                Addition::Record(record) => Entry { id, record: Some(record), snapshot: None },
                Addition::Snapshot(snapshot) => {
                    Entry { id, record: None, snapshot: Some(snapshot) }
                }
            },
            now,
        );
    }

    fn insert(&mut self, entry: Entry, now: Time) {
        if entry.id > self.data.last {
            self.data.last = entry.id;
            self.data.entries.push_back((entry, now));
        }
    }

    fn trim(&mut self, now: Time) {
        let Some(keeps) = self.keeps else { return };
        while self.data.entries.len() > keeps
            && self.data.entries.front().is_some_and(|(_, at)| now - at > TRIM_AGE)
        {
            self.data.is_trimmed = true;
            if let Some((Entry { id, record: Some(Record::Event(draft)), .. }, _)) =
                self.data.entries.pop_front()
            {
                self.data.trimmed.insert(draft.key.to_string(), id);
            }
        }
    }

    /// Forgets what came after the last saved state.
    pub(crate) fn go_back(&mut self) {
        self.data = self.saved.clone();
    }

    /// Forgets everything.
    pub(crate) fn forget(&mut self) {
        self.data = Data::default();
        self.saved = Data::default();
    }

    /// Starts again.
    pub(crate) fn restart(&mut self) {
        self.run += 1;
        self.health = Health::Up;
    }
}
