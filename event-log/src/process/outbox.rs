//! The events that this process has accepted and has not yet seen in the log. They are sent again
//! after a lost connection, until they are seen.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::agreed::entry::Draft;
use crate::agreed::fingerprint::Fingerprint;

/// Events that may be pending.
const PENDING_MAX: usize = 10_000;

/// The event was not appended, because too many events are waiting to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too much is waiting to be stored; try again in a moment")]
pub struct OutboxFull;

/// The pending events, in the order in which they were added.
#[derive(Default)]
pub(crate) struct Outbox {
    drafts: BTreeMap<u64, Pending>,
    /// The number of each draft.
    numbers: HashMap<Fingerprint, u64>,
    next_number: u64,
    /// The first draft that has not been sent over the present connection.
    unsent: u64,
}

/// A draft that is pending.
struct Pending {
    draft: Draft,
    /// When it was added, as the time since this process began.
    added: Duration,
}

impl Outbox {
    /// Adds a draft at the time `now`, unless the same one is pending already.
    ///
    /// # Errors
    /// [`OutboxFull`] if 10,000 drafts are pending.
    pub(crate) fn add(
        &mut self,
        draft: Draft,
        fingerprint: Fingerprint,
        now: Duration,
    ) -> Result<(), OutboxFull> {
        if self.numbers.contains_key(&fingerprint) {
            return Ok(());
        }
        if self.drafts.len() >= PENDING_MAX {
            return Err(OutboxFull);
        }
        let number = self.next_number;
        self.next_number += 1;
        self.numbers.insert(fingerprint, number);
        self.drafts.insert(number, Pending { draft, added: now });
        Ok(())
    }

    /// Removes a draft that was seen in the log. Returns whether it was ours.
    pub(crate) fn remove(&mut self, fingerprint: Fingerprint) -> bool {
        if self.is_empty() {
            return false;
        }
        let number = self.numbers.remove(&fingerprint);
        number.and_then(|number| self.drafts.remove(&number)).is_some()
    }

    /// Takes up to `max` drafts that have not been sent yet. They stay pending.
    pub(crate) fn take_unsent(&mut self, max: usize) -> Vec<Draft> {
        let unsent = self.drafts.range(self.unsent..).take(max);
        let (numbers, drafts): (Vec<u64>, Vec<Draft>) =
            unsent.map(|(number, pending)| (*number, pending.draft.clone())).unzip();
        self.unsent = numbers.last().map_or(self.unsent, |last| last + 1);
        drafts
    }

    /// All pending drafts must be sent again.
    pub(crate) fn send_again(&mut self) {
        self.unsent = 0;
    }

    /// Returns the drafts of a topic that are pending, from this number on, and the number after
    /// them.
    pub(crate) fn pending(&self, topic: &str, from: u64) -> (Vec<Draft>, u64) {
        let drafts = self.drafts.range(from..).map(|(_, pending)| &pending.draft);
        let drafts = drafts.filter(|draft| *draft.topic == *topic).cloned().collect();
        (drafts, self.next_number)
    }

    /// Returns the number of drafts that are pending.
    pub(crate) fn len(&self) -> usize {
        self.drafts.len()
    }

    /// Returns when the oldest draft that is pending was added, as the time since this process began.
    pub(crate) fn oldest(&self) -> Option<Duration> {
        self.drafts.values().next().map(|pending| pending.added)
    }

    /// Returns whether nothing is pending.
    pub(crate) fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }
}
