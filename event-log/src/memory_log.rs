//! The log in the memory of this process: its history, and the tasks that wait for more.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::clock::unix_milliseconds;
use crate::event::{Event, EventId};
use crate::history::History;

/// Channels that notify waiting tasks. All topics share them, so a topic without events costs
/// nothing, however many tasks wait for it. A task that is notified because of another topic finds
/// no event of its own and waits again.
const CHANNELS: usize = 64;

/// A history, and a way to wait for its next event.
pub(crate) struct MemoryLog {
    history: Mutex<History>,
    channels: Vec<watch::Sender<()>>,
    hasher: RandomState,
}

impl MemoryLog {
    /// Returns an empty log that keeps `events_max` events for each topic.
    pub(crate) fn new(events_max: usize) -> Self {
        Self {
            history: Mutex::new(History::new(events_max)),
            channels: (0..CHANNELS).map(|_| watch::Sender::new(())).collect(),
            hasher: RandomState::new(),
        }
    }

    /// Locks the history. No caller holds the lock while it waits for something else.
    pub(crate) fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends an event that has no id yet.
    pub(crate) fn append(&self, topic: &str, key: &str, data: &str) {
        if self.history().append(unix_milliseconds(), topic, key, data) {
            self.channel(topic).send_replace(());
        }
    }

    /// Inserts an event that has an id already.
    pub(crate) fn insert(&self, event: Event) {
        let topic = event.topic.clone();
        if self.history().insert(event) {
            self.channel(&topic).send_replace(());
        }
    }

    // ANCHOR: wait
    /// Returns the events of a topic after `id`. If there are none, waits for the first one, but
    /// not longer than `at_most`.
    pub(crate) async fn wait(&self, topic: &str, id: EventId, at_most: Duration) -> Vec<Event> {
        // This receiver is all that the log knows of a reader. It subscribes before the first look
        // at the history, so an event that comes in between is not missed.
        let mut notifications = self.channel(topic).subscribe();
        let events = async {
            loop {
                let events = self.history().after(topic, id);
                if !events.is_empty() || notifications.changed().await.is_err() {
                    return events;
                }
            }
        };
        timeout(at_most, events).await.unwrap_or_default()
    }
    // ANCHOR_END: wait

    /// Returns the number of tasks that are waiting.
    pub(crate) fn waiting(&self) -> usize {
        self.channels.iter().map(watch::Sender::receiver_count).sum()
    }

    fn channel(&self, topic: &str) -> &watch::Sender<()> {
        let number = self.hasher.hash_one(topic) % CHANNELS as u64;
        #[expect(clippy::cast_possible_truncation, reason = "it is below 64")]
        &self.channels[number as usize]
    }
}
