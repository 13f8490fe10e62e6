//! The events that one process keeps: a limited number for each topic, of a limited number of
//! topics.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::event::{Event, EventId};

/// Topics that are kept. When there is one more, the topic that has been quiet the longest is
/// dropped.
const TOPICS_MAX: usize = 1_000;
/// Approximate limit on the events of one topic, in bytes. Most events are small, but a sender may
/// send large ones.
const TOPIC_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Approximate limit on the events of all topics, in bytes.
const BYTES_MAX: usize = 256 * 1024 * 1024;
/// Approximate memory that an event uses in addition to its texts, in bytes.
const EVENT_BYTES: usize = 128;

/// The events that are kept, in the order of their ids.
pub(crate) struct History {
    /// Events that are kept for each topic.
    events_max: usize,
    topics: HashMap<Arc<str>, Topic>,
    newest: EventId,
    /// Approximate size of all events.
    bytes: usize,
}

#[derive(Default)]
struct Topic {
    events: VecDeque<Event>,
    /// Approximate size of these events.
    bytes: usize,
    /// The keys of these events.
    keys: HashMap<Arc<str>, EventId>,
}

impl History {
    /// Returns an empty history that keeps `events_max` events for each topic, and at least one.
    pub(crate) fn new(events_max: usize) -> Self {
        let events_max = events_max.max(1);
        Self { events_max, topics: HashMap::new(), newest: EventId::default(), bytes: 0 }
    }

    // ANCHOR: insert
    /// Appends an event at the time `milliseconds`. Returns `false` if an event with this topic
    /// and key is kept already, so that nothing was appended.
    pub(crate) fn append(&mut self, milliseconds: u64, topic: &str, key: &str, data: &str) -> bool {
        let id = self.newest.next(milliseconds);
        self.insert(Event { id, topic: topic.into(), key: key.into(), data: data.into() })
    }

    /// Inserts an event that has an id already. Returns `false`, and drops the event, if it is not
    /// newer than all others or if its topic and key are known.
    pub(crate) fn insert(&mut self, event: Event) -> bool {
        if event.id <= self.newest || self.id_of(&event.topic, &event.key).is_some() {
            return false;
        }
        self.newest = event.id;
        let topic = self.topics.entry(Arc::clone(&event.topic)).or_default();
        let before = topic.bytes;
        topic.push(event);
        while topic.events.len() > self.events_max || topic.bytes > TOPIC_BYTES_MAX {
            topic.pop();
        }
        self.bytes = self.bytes + topic.bytes - before;
        while self.topics.len() > TOPICS_MAX || self.bytes > BYTES_MAX {
            self.drop_quietest_topic();
        }
        true
    }
    // ANCHOR_END: insert

    /// Drops the topic that has been quiet the longest.
    fn drop_quietest_topic(&mut self) {
        let quietest = self.topics.iter().min_by_key(|(_, topic)| topic.newest());
        if let Some(name) = quietest.map(|(name, _)| Arc::clone(name))
            && let Some(topic) = self.topics.remove(&name)
        {
            self.bytes -= topic.bytes;
        }
    }

    /// Returns the id of the event with this topic and key, if it is kept.
    pub(crate) fn id_of(&self, topic: &str, key: &str) -> Option<EventId> {
        self.topics.get(topic)?.keys.get(key).copied()
    }

    /// Returns the events of a topic that come after `id`.
    pub(crate) fn after(&self, topic: &str, id: EventId) -> Vec<Event> {
        self.topics.get(topic).map(|topic| topic.after(id)).unwrap_or_default()
    }

    /// Returns the events of all topics that come after `id`.
    pub(crate) fn all_after(&self, id: EventId) -> Vec<Event> {
        let mut events: Vec<Event> =
            self.topics.values().flat_map(|topic| topic.after(id)).collect();
        events.sort_unstable_by_key(|event| event.id);
        events
    }

    /// Returns the id of a topic's newest event, or `0-0` if the topic is empty.
    pub(crate) fn newest_of(&self, topic: &str) -> EventId {
        self.topics.get(topic).map(Topic::newest).unwrap_or_default()
    }

    /// Returns the id of the newest event of all topics, or `0-0` if there is none.
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
    /// Returns the events after `id`. A binary search finds the first one, so a reader who misses
    /// one event does not look at a thousand others.
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
