//! The keys of the last events, by which an event that arrives twice is recognised.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::event::{Event, EventId};

/// Keys that are remembered: as many as Redis keeps entries. All processes must forget the same
/// keys, so this does not depend on any flag.
const KEYS_MAX: usize = 100_000;

/// The keys of the last events, with the ids of these events.
#[derive(Default)]
pub(crate) struct Keys {
    topics: HashMap<Arc<str>, HashMap<Arc<str>, EventId>>,
    /// Topics and keys, the oldest first.
    order: VecDeque<(Arc<str>, Arc<str>)>,
}

impl Keys {
    /// Remembers the key of an event.
    pub(crate) fn insert(&mut self, event: &Event) {
        let (topic, key) = (Arc::clone(&event.topic), Arc::clone(&event.key));
        self.topics.entry(topic.clone()).or_default().insert(key.clone(), event.id);
        self.order.push_back((topic, key));
        if self.order.len() > KEYS_MAX {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((topic, key)) = self.order.pop_front() else { return };
        let Some(keys) = self.topics.get_mut(&topic) else { return };
        keys.remove(&key);
        if keys.is_empty() {
            self.topics.remove(&topic);
        }
    }

    /// Returns the id of the event with this topic and key, if it is remembered.
    pub(crate) fn id_of(&self, topic: &str, key: &str) -> Option<EventId> {
        self.topics.get(topic)?.get(key).copied()
    }
}
