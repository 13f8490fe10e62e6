//! Wakes the tasks that wait for news of a topic.

use std::hash::{BuildHasher, RandomState};

use tokio::sync::watch;

/// Channels that notify waiting tasks. All topics share them, so a topic without events costs
/// nothing, however many tasks wait for it. A task that is notified because of another topic finds
/// nothing new and waits again.
const CHANNELS: usize = 64;

/// The channels.
pub(crate) struct Wakeups {
    channels: Vec<watch::Sender<()>>,
    hasher: RandomState,
}

impl Wakeups {
    pub(crate) fn new() -> Self {
        let channels = (0..CHANNELS).map(|_| watch::Sender::new(())).collect();
        Self { channels, hasher: RandomState::new() }
    }

    /// Wakes the tasks that wait for a topic.
    pub(crate) fn wake(&self, topic: &str) {
        self.channel(topic).send_replace(());
    }

    /// Returns a receiver that changes whenever a topic may have news.
    pub(crate) fn subscribe(&self, topic: &str) -> watch::Receiver<()> {
        self.channel(topic).subscribe()
    }

    /// Returns the number of receivers.
    pub(crate) fn waiting(&self) -> usize {
        self.channels.iter().map(watch::Sender::receiver_count).sum()
    }

    fn channel(&self, topic: &str) -> &watch::Sender<()> {
        let number = self.hasher.hash_one(topic) % CHANNELS as u64;
        #[expect(clippy::cast_possible_truncation, reason = "it is below 64")]
        &self.channels[number as usize]
    }
}
