//! What is kept of the news: so many events for each topic, and so many topics.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::{Event, EventId};

/// Topics kept at the same time. For one more, the topic goes whose newest event is the oldest.
pub(crate) const TOPICS_MAX: usize = 1_000;
/// Bytes kept for one topic, and for all of them, more or less. Events are small, but nobody has to
/// send small ones.
const TOPIC_BYTES_MAX: usize = 8 * 1024 * 1024;
const BYTES_MAX: usize = 256 * 1024 * 1024;
/// What an event takes beyond its texts, in bytes, more or less.
const EVENT_BYTES: usize = 128;

/// The events that are kept, in the order of their ids.
pub(crate) struct History {
    kept: usize,
    topics: HashMap<Arc<str>, Topic>,
    newest: EventId,
    /// What all events take.
    bytes: usize,
}

#[derive(Default)]
struct Topic {
    events: VecDeque<Event>,
    /// What these events take.
    bytes: usize,
    /// The keys of these events.
    keys: HashMap<Arc<str>, EventId>,
}

impl History {
    /// Keeps `kept` events for each topic, and at least one.
    pub(crate) fn new(kept: usize) -> Self {
        Self { kept: kept.max(1), topics: HashMap::new(), newest: EventId::default(), bytes: 0 }
    }

    // ANCHOR: insert
    /// Appends an event, when the clock says `milliseconds`. An event that is known is not
    /// appended again.
    pub(crate) fn append(&mut self, milliseconds: u64, topic: &str, key: &str, data: &str) -> bool {
        let id = self.newest.next(milliseconds);
        self.insert(Event { id, topic: topic.into(), key: key.into(), data: data.into() })
    }

    /// Takes in an event that has its id already. One that is not the newest, or is known, is not
    /// taken.
    pub(crate) fn insert(&mut self, event: Event) -> bool {
        if event.id <= self.newest || self.id_of(&event.topic, &event.key).is_some() {
            return false;
        }
        self.newest = event.id;
        let topic = self.topics.entry(Arc::clone(&event.topic)).or_default();
        let before = topic.bytes;
        topic.push(event);
        while topic.events.len() > self.kept || topic.bytes > TOPIC_BYTES_MAX {
            topic.pop();
        }
        self.bytes = self.bytes + topic.bytes - before;
        while self.topics.len() > TOPICS_MAX || self.bytes > BYTES_MAX {
            self.forget_a_topic();
        }
        true
    }
    // ANCHOR_END: insert

    /// Forgets the topic that nobody has said anything about for the longest time.
    fn forget_a_topic(&mut self) {
        let oldest = self.topics.iter().min_by_key(|(_, topic)| topic.newest());
        if let Some(name) = oldest.map(|(name, _)| Arc::clone(name))
            && let Some(topic) = self.topics.remove(&name)
        {
            self.bytes -= topic.bytes;
        }
    }

    /// The id of the event with this key, if it is among those that are kept.
    pub(crate) fn id_of(&self, topic: &str, key: &str) -> Option<EventId> {
        self.topics.get(topic)?.keys.get(key).copied()
    }

    /// The events of a topic that come after `id`.
    pub(crate) fn after(&self, topic: &str, id: EventId) -> Vec<Event> {
        self.topics.get(topic).map(|topic| topic.after(id)).unwrap_or_default()
    }

    /// The events of all topics that come after `id`.
    pub(crate) fn all_after(&self, id: EventId) -> Vec<Event> {
        let mut events: Vec<Event> =
            self.topics.values().flat_map(|topic| topic.after(id)).collect();
        events.sort_unstable_by_key(|event| event.id);
        events
    }

    /// The id of a topic's newest event, or `0-0`.
    pub(crate) fn newest_of(&self, topic: &str) -> EventId {
        self.topics.get(topic).map(Topic::newest).unwrap_or_default()
    }

    /// The id of the newest event, or `0-0`.
    pub(crate) fn newest(&self) -> EventId {
        self.newest
    }
}

impl Topic {
    fn push(&mut self, event: Event) {
        self.bytes += bytes_of(&event);
        self.keys.insert(Arc::clone(&event.key), event.id);
        self.events.push_back(event);
    }

    fn pop(&mut self) {
        if let Some(oldest) = self.events.pop_front() {
            self.bytes -= bytes_of(&oldest);
            self.keys.remove(&oldest.key);
        }
    }

    // ANCHOR: after
    /// The tail is found by halving: whoever is told of one event does not look at a thousand.
    fn after(&self, id: EventId) -> Vec<Event> {
        let start = self.events.partition_point(|event| event.id <= id);
        self.events.range(start..).cloned().collect()
    }
    // ANCHOR_END: after

    fn newest(&self) -> EventId {
        self.events.back().map(|event| event.id).unwrap_or_default()
    }
}

fn bytes_of(event: &Event) -> usize {
    EVENT_BYTES + event.key.len() + event.data.len()
}
