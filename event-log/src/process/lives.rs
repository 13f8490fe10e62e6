//! Which processes are alive: whose count of beats still changes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::agreed::entry::ProcessId;

/// A process is gone when its beats have not changed in this many answers. We count answers and not
/// seconds: while Redis is away, no process can leave a sign of life, and no process gets an
/// answer.
const UNCHANGED_MAX: u32 = 6;
/// The shortest time between two answers that count. Processes beat every 500 ms.
const ANSWER_INTERVAL: Duration = Duration::from_millis(450);

/// The other processes, and the last beat that was seen of each.
#[derive(Default)]
pub(crate) struct Lives {
    seen: BTreeMap<ProcessId, Life>,
    /// The next answer counts from this time on. Those that come sooner were held up, or were asked
    /// for in a hurry.
    counts_at: Duration,
}

// ANCHOR: life
/// What is known of another process.
#[derive(Default)]
struct Life {
    /// The number of signs of life, as it was seen last.
    beat: Option<u64>,
    /// Whether a beat was seen over this connection. It may be an old one.
    is_seen: bool,
    /// Answers in which the beat was the same.
    unchanged: u32,
    /// Whether the beat has changed since this connection was opened, or the process is gone.
    is_back: bool,
    /// Whether it was found to be gone. That may not be in the log yet.
    is_gone: bool,
}
// ANCHOR_END: life

impl Lives {
    /// A new connection: everybody gets the time to show a sign of life there.
    pub(crate) fn reconnect(&mut self) {
        for life in self.seen.values_mut() {
            life.unchanged = 0;
            life.is_seen = false;
            life.is_back = life.is_gone;
        }
    }

    // ANCHOR: note
    /// Notes the beats in an answer. Returns the processes that are gone, with the last beat of each.
    /// `holders` are the processes that have seats, including those without a known sign of life.
    pub(crate) fn note(
        &mut self,
        beats: &BTreeMap<ProcessId, u64>,
        holders: BTreeSet<ProcessId>,
        now: Duration,
    ) -> Vec<(ProcessId, u64)> {
        self.seen.retain(|process, life| {
            !life.is_gone || beats.contains_key(process) || holders.contains(process)
        });
        for process in beats.keys().cloned().chain(holders) {
            self.seen.entry(process).or_default();
        }
        let mut gone = Vec::new();
        let counts = now >= self.counts_at;
        if counts {
            self.counts_at = now + ANSWER_INTERVAL;
        }
        for (process, life) in &mut self.seen {
            let beat = beats.get(process).copied();
            // A Redis that comes back with an old state has old beats, which are smaller.
            if beat > life.beat {
                life.is_back |= life.is_seen;
                life.is_gone = false;
                life.unchanged = 0;
            } else if counts {
                life.unchanged += 1;
            }
            life.beat = beat.max(life.beat);
            life.is_seen |= beat.is_some();
            if life.unchanged >= UNCHANGED_MAX {
                gone.push((process.clone(), beat.unwrap_or_default()));
                // If it is still silent after the same time, it is returned again.
                (life.is_gone, life.is_back, life.unchanged) = (true, true, 0);
            }
        }
        gone
    }
    // ANCHOR_END: note

    /// Returns whether all known processes have shown a sign of life since this connection was
    /// opened. Before a process shows one, it has checked what the log has lost.
    pub(crate) fn are_all_back(&self) -> bool {
        self.seen.values().all(|life| life.is_back)
    }

    /// Forgets a process that has ended.
    pub(crate) fn forget(&mut self, process: &ProcessId) {
        self.seen.remove(process);
    }
}
