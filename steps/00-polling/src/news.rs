//! The history that everyone in this process shares, and those who wait for it to go on.

use std::hash::BuildHasher;
use std::hash::RandomState;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::clock::now;
use crate::history::History;
use crate::{Event, EventId};

/// Topics share this many bells, so that a topic nobody appends to costs nothing, whoever waits
/// for it. Who is woken by another topic's event looks, finds nothing, and waits on.
const BELLS: usize = 64;

/// A history, and a bell for those who wait.
pub(crate) struct News {
    history: Mutex<History>,
    bells: Vec<watch::Sender<()>>,
    hasher: RandomState,
}

impl News {
    /// No news yet, of which so many events are kept for each topic.
    pub(crate) fn new(kept: usize) -> Self {
        Self {
            history: Mutex::new(History::new(kept)),
            bells: (0..BELLS).map(|_| watch::Sender::new(())).collect(),
            hasher: RandomState::new(),
        }
    }

    /// Looks at the history. Nobody holds it for longer than that takes.
    pub(crate) fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends an event that has no id yet.
    pub(crate) fn append(&self, topic: &str, key: &str, data: &str) {
        if self.history().append(now(), topic, key, data) {
            self.bell(topic).send_replace(());
        }
    }

    /// Takes in an event that has its id already.
    pub(crate) fn take_in(&self, event: Event) {
        let topic = event.topic.clone();
        if self.history().insert(event) {
            self.bell(&topic).send_replace(());
        }
    }

    // ANCHOR: wait
    /// The events of a topic after `id`; waits for the first of them, at most so long.
    pub(crate) async fn wait(&self, topic: &str, id: EventId, at_most: Duration) -> Vec<Event> {
        // The whole visitor is this receiver. It listens before we look, so nothing rings unheard.
        let mut rings = self.bell(topic).subscribe();
        let news = async {
            loop {
                let events = self.history().after(topic, id);
                if !events.is_empty() || rings.changed().await.is_err() {
                    return events;
                }
            }
        };
        timeout(at_most, news).await.unwrap_or_default()
    }
    // ANCHOR_END: wait

    /// How many are waiting.
    pub(crate) fn waiting(&self) -> usize {
        self.bells.iter().map(watch::Sender::receiver_count).sum()
    }

    fn bell(&self, topic: &str) -> &watch::Sender<()> {
        let number = self.hasher.hash_one(topic) % BELLS as u64;
        #[expect(clippy::cast_possible_truncation, reason = "it is below 64")]
        &self.bells[number as usize]
    }
}
