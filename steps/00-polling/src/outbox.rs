//! What we have appended and not yet seen in the stream: said again until it has been heard.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::{Event, Full};

/// Events that may wait to be heard.
const UNHEARD_MAX: usize = 10_000;
/// Events that are sent in one go. No more than these can be on the way when a connection is lost.
pub(crate) const BATCH: usize = 100;

/// An event without an id: the stream will give it one.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) topic: Arc<str>,
    pub(crate) key: Arc<str>,
    pub(crate) data: Arc<str>,
}

/// The drafts that have not been heard, in the order in which they came.
#[derive(Default)]
pub(crate) struct Outbox {
    unheard: Mutex<Unheard>,
    more: Notify,
}

#[derive(Default)]
struct Unheard {
    drafts: BTreeMap<u64, Draft>,
    /// The number of each draft, by its topic and key.
    numbers: HashMap<(Arc<str>, Arc<str>), u64>,
    next_number: u64,
}

impl Outbox {
    /// Puts in a draft, unless it is in already.
    pub(crate) fn add(&self, topic: &str, key: &str, data: &str) -> Result<(), Full> {
        let draft = Draft { topic: topic.into(), key: key.into(), data: data.into() };
        let name = (Arc::clone(&draft.topic), Arc::clone(&draft.key));
        {
            let mut unheard = self.unheard();
            if unheard.numbers.contains_key(&name) {
                return Ok(());
            }
            if unheard.drafts.len() >= UNHEARD_MAX {
                return Err(Full);
            }
            let number = unheard.next_number;
            unheard.next_number += 1;
            unheard.numbers.insert(name, number);
            unheard.drafts.insert(number, draft);
        }
        self.more.notify_one();
        Ok(())
    }

    /// An event was seen in the stream. If it is one of ours, it needs not be said again.
    pub(crate) fn heard(&self, event: &Event) {
        let name = (Arc::clone(&event.topic), Arc::clone(&event.key));
        let mut unheard = self.unheard();
        if let Some(number) = unheard.numbers.remove(&name) {
            unheard.drafts.remove(&number);
        }
    }

    /// The first drafts that have at least this number, and the number after them. Waits until
    /// there is one.
    pub(crate) async fn batch(&self, from: u64) -> (Vec<Draft>, u64) {
        loop {
            {
                let unheard = self.unheard();
                let drafts = unheard.drafts.range(from..).take(BATCH);
                let (numbers, drafts): (Vec<u64>, Vec<Draft>) =
                    drafts.map(|(number, draft)| (*number, draft.clone())).unzip();
                if let Some(last) = numbers.last() {
                    return (drafts, last + 1);
                }
            }
            self.more.notified().await;
        }
    }

    fn unheard(&self) -> MutexGuard<'_, Unheard> {
        self.unheard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
