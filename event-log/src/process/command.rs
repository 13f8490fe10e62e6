//! The commands of a process to Redis, and the answers. A driver executes the commands, in the real
//! world or in a simulated one.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::agreed::entry::{Entry, ProcessId, Record, Snapshot};
use crate::event::EventId;

// ANCHOR: lane
/// The three connections of a process. Each carries one command at a time, so a sign of life does not
/// wait behind a thousand messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// Reads the log.
    Reader,
    /// Appends to it.
    Writer,
    /// Carries the signs of life.
    Pulse,
}
// ANCHOR_END: lane

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Opens all three connections. The answer is [`Reply::Connected`], and comes on
    /// [`Lane::Reader`].
    Connect,
    /// Drops all connections, and the commands on them. There is no answer.
    Disconnect,
    /// Compares the log with what this process has: is the entry `upto` there?
    Check {
        /// The newest entry that this process has.
        upto: EventId,
    },
    /// Gives entries back that the log has lost, under their own ids. A store that has a newer entry
    /// refuses an older one, and that is not a failure.
    Restore {
        /// The entry that comes before them. A store that has not even this one has lost more since it
        /// was [checked](Self::Check), and takes nothing: [`Reply::Forgotten`].
        after: EventId,
        /// The entries.
        entries: Vec<Entry>,
    },
    /// Reads up to [`READ_MAX`] entries after an id.
    Read {
        /// The last entry that is known.
        after: EventId,
        /// Whether the store may wait [`BLOCK`] for the first entry.
        is_blocking: bool,
    },
    /// Appends entries, whose ids the store chooses. All of them, or none.
    Append {
        /// The newest entry that this process has. A store that has not even this one has lost
        /// entries, and appends nothing until it has them back: [`Reply::Forgotten`].
        after: EventId,
        /// The processes that these entries give up for dead, with the last sign of life that was
        /// seen of each. If one of them has given another sign since, nothing is appended:
        /// [`Reply::Alive`].
        silent: Vec<(ProcessId, u64)>,
        /// What to append.
        additions: Vec<Addition>,
    },
    /// Says that this process is alive, and asks who else is.
    Pulse {
        /// This process.
        process: ProcessId,
        /// How often it has said so.
        beat: u64,
        /// Processes that are gone, whose signs of life can be removed.
        gone: Vec<ProcessId>,
    },
    /// Writes entries, which have their ids, to the file. Only without Redis. With a snapshot, older
    /// entries may be removed.
    Store(Vec<Entry>, Option<Snapshot>),
    /// Removes the sign of life of this process, which is about to end.
    Farewell {
        /// This process.
        process: ProcessId,
    },
}

/// How long a store may hold a read without entries: it is the long polling of a process.
pub const BLOCK: Duration = Duration::from_secs(1);
/// Entries that are read at a time.
pub const READ_MAX: usize = 1_000;

/// What to append, and under which condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Due {
    /// Processes that are given up, with the last sign of life that was seen of each.
    pub(crate) silent: Vec<(ProcessId, u64)>,
    /// What to append.
    pub(crate) additions: Vec<Addition>,
}

/// Something to append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addition {
    /// A record.
    Record(Record),
    /// A snapshot.
    Snapshot(Snapshot),
}

/// The answer to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// All three connections are open.
    Connected {
        /// Names this start of this Redis, or is empty if that is not known.
        run: String,
    },
    /// The answer to [`Command::Check`].
    Checked(Checked),
    /// The answer to [`Command::Read`]: the entries, oldest first.
    Entries(Vec<Entry>),
    /// The answer to [`Command::Append`], [`Command::Restore`], [`Command::Store`] and
    /// [`Command::Farewell`].
    Written,
    /// The answer to [`Command::Pulse`].
    Pulsed {
        /// Whether the store knew no sign of life of this process.
        is_new: bool,
        /// How often each process has said that it is alive.
        beats: BTreeMap<ProcessId, u64>,
    },
    /// The store has lost entries that this process has, and has appended nothing.
    Forgotten,
    /// A process is alive that was to be given up, and nothing was appended.
    Alive,
    /// The store has answered, and refuses the command.
    Refused(String),
    /// The connection cannot be opened, or was lost.
    Lost(String),
}

/// How the log compares with what a process has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The newest entry of the log that is not newer than the one that was asked about.
    pub base: EventId,
    /// The newest entry of the log.
    pub newest: EventId,
    /// The oldest entry of the log, if older ones have been removed to limit its length.
    pub trimmed_to: Option<EventId>,
}
