//! Which processes are alive: whose count of beats still changes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::agreed::entry::ProcessId;

/// A process is gone when its beats have not changed in this many answers. We count answers and not
/// seconds, so that a Redis that was away, and in which nobody could leave a sign, buries nobody.
const UNCHANGED_MAX: u32 = 6;
/// The shortest time between two answers that count. Processes beat every 500 ms.
const ANSWER_INTERVAL: Duration = Duration::from_millis(450);

/// The other processes, and the beats that were last seen of each.
#[derive(Default)]
pub(crate) struct Lives {
    seen: BTreeMap<ProcessId, Life>,
    /// The next answer counts from this time on. Those that come sooner were held up, or were asked
    /// for in a hurry.
    counts_at: Duration,
}

#[derive(Default)]
struct Life {
    beat: Option<u64>,
    /// Whether a beat was seen over this connection. It may have been left long ago.
    is_seen: bool,
    /// Answers in which the beat was the same.
    unchanged: u32,
    /// Whether the beat has changed since this connection was opened, or the process is gone.
    is_back: bool,
    /// Whether it was found to be gone. The log may not know yet.
    is_gone: bool,
}

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
    /// Notes the beats in an answer, and returns the processes that are gone,
    /// with the last beat that was seen of each. `holders` are those
    /// that have seats, even if no sign of life of theirs is known.
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
            // A Redis that comes back with an old state shows old beats, and these are smaller.
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
                // Nobody waits for it, and after the same time the log is told again.
                (life.is_gone, life.is_back, life.unchanged) = (true, true, 0);
            }
        }
        gone
    }
    // ANCHOR_END: note

    /// Returns whether all processes that are known have shown a sign of life since this connection
    /// was opened. Whoever shows one has looked what the log has lost.
    pub(crate) fn are_all_back(&self) -> bool {
        self.seen.values().all(|life| life.is_back)
    }

    /// Forgets a process that has ended.
    pub(crate) fn forget(&mut self, process: &ProcessId) {
        self.seen.remove(process);
    }
}
