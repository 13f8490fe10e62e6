//! The events that this process has appended and has not yet seen in the Redis stream. They are
//! sent again after a lost connection, until they are seen.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::event::Event;

/// Events that may be pending.
const PENDING_MAX: usize = 10_000;
/// Events that are sent in one batch. No more than these can be on their way when a connection is
/// lost.
pub(crate) const BATCH: usize = 100;

/// The event was not appended, because too many events are waiting for Redis to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too much is waiting to be stored; try again in a moment")]
pub struct OutboxFull;

/// An event without an id: the stream will give it one.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) topic: Arc<str>,
    pub(crate) key: Arc<str>,
    pub(crate) data: Arc<str>,
}

/// The pending drafts, in the order in which they were added.
#[derive(Default)]
pub(crate) struct Outbox {
    pending: Mutex<Pending>,
    /// Notified when a draft is added.
    added: Notify,
}

#[derive(Default)]
struct Pending {
    drafts: BTreeMap<u64, Draft>,
    /// The number of each draft, by its topic and key.
    numbers: HashMap<(Arc<str>, Arc<str>), u64>,
    next_number: u64,
}

impl Outbox {
    /// Adds a draft, unless one with this topic and key is pending already.
    ///
    /// # Errors
    /// [`OutboxFull`] if 10,000 drafts are pending.
    pub(crate) fn add(&self, topic: &str, key: &str, data: &str) -> Result<(), OutboxFull> {
        let draft = Draft { topic: topic.into(), key: key.into(), data: data.into() };
        let name = (Arc::clone(&draft.topic), Arc::clone(&draft.key));
        {
            let mut pending = self.pending();
            if pending.numbers.contains_key(&name) {
                return Ok(());
            }
            if pending.drafts.len() >= PENDING_MAX {
                return Err(OutboxFull);
            }
            let number = pending.next_number;
            pending.next_number += 1;
            pending.numbers.insert(name, number);
            pending.drafts.insert(number, draft);
        }
        self.added.notify_one();
        Ok(())
    }

    /// Removes the draft of an event that was seen in the stream, if it was ours: it does not need
    /// to be sent again.
    pub(crate) fn confirm(&self, event: &Event) {
        let name = (Arc::clone(&event.topic), Arc::clone(&event.key));
        let mut pending = self.pending();
        if let Some(number) = pending.numbers.remove(&name) {
            pending.drafts.remove(&number);
        }
    }

    /// Returns the first drafts whose number is at least `from`, and the number that follows them.
    /// Waits until there is one.
    pub(crate) async fn batch(&self, from: u64) -> (Vec<Draft>, u64) {
        loop {
            {
                let pending = self.pending();
                let drafts = pending.drafts.range(from..).take(BATCH);
                let (numbers, drafts): (Vec<u64>, Vec<Draft>) =
                    drafts.map(|(number, draft)| (*number, draft.clone())).unzip();
                if let Some(last) = numbers.last() {
                    return (drafts, last + 1);
                }
            }
            self.added.notified().await;
        }
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
