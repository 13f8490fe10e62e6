//! The events that one process keeps: a limited number for each topic, of a limited number of
//! topics.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;

use crate::event::{Event, EventId};

/// Topics that are kept. When there is one more, the topic that has been quiet the longest is
/// dropped, unless it is in use.
const TOPICS_MAX: usize = 1_000;
/// Approximate limit on the events of one topic, in bytes. Most events are small, but a sender may
/// send large ones.
const TOPIC_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Approximate limit on the events of all topics, in bytes.
const BYTES_MAX: usize = 256 * 1024 * 1024;
/// Approximate memory that an event uses in addition to its texts, in bytes.
const EVENT_BYTES: usize = 128;
/// Events that are no longer kept and are still in memory, at most.
const GARBAGE_MAX: usize = 64;
/// What a small event uses less than, in bytes.
const SMALL: usize = 1024;
/// Topics that were dropped and of which it is remembered how far they went.
const DROPPED_MAX: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

// ANCHOR: history
/// The events that are kept, in the order of their ids.
pub(crate) struct History {
    /// Events that are kept for each topic.
    events_max: usize,
    topics: HashMap<Arc<str>, Topic>,
    newest: EventId,
    /// Approximate size of all events.
    bytes: usize,
    /// The newest event of each topic that was dropped lately.
    dropped: LruCache<Arc<str>, EventId>,
    /// Events up to this one may be missing in any topic.
    missing_upto: EventId,
    /// Events that are no longer kept. Their memory is given back later.
    garbage: Vec<Event>,
    /// Where this log begins. What came before is not known: there was an earlier log, or none.
    began: EventId,
}

struct Topic {
    /// Its name. All of its events share this text.
    name: Arc<str>,
    events: VecDeque<Event>,
    /// Approximate size of these events.
    bytes: usize,
    /// The newest event that is no longer kept.
    dropped: EventId,
}
// ANCHOR_END: history

impl History {
    /// Returns an empty history that keeps `events_max` events for each topic, and at least one.
    pub(crate) fn new(events_max: usize) -> Self {
        Self {
            events_max: events_max.max(1),
            topics: HashMap::new(),
            newest: EventId::default(),
            bytes: 0,
            dropped: LruCache::new(DROPPED_MAX),
            missing_upto: EventId::default(),
            garbage: Vec::new(),
            began: EventId::default(),
        }
    }

    /// Gives back the memory of events that are no longer kept.
    pub(crate) fn tidy(&mut self) {
        self.garbage.clear();
    }

    // ANCHOR: insert
    /// Inserts an event. Returns `false`, and drops the event, if it is not newer than all others.
    ///
    /// Topics that are in use are kept: `is_in_use` tells which.
    pub(crate) fn insert(&mut self, event: Event, is_in_use: impl Fn(&str) -> bool) -> bool {
        if event.id <= self.newest {
            return false;
        }
        self.newest = event.id;
        let dropped = &mut self.dropped;
        let topic = self.topics.entry(Arc::clone(&event.topic)).or_insert_with_key(|name| {
            let dropped = dropped.pop(name).unwrap_or_default();
            Topic { name: Arc::clone(name), events: VecDeque::new(), bytes: 0, dropped }
        });
        let before = topic.bytes;
        topic.push(event);
        while topic.events.len() > self.events_max || topic.bytes > TOPIC_BYTES_MAX {
            // A large event is not worth waiting with.
            let small = topic.pop().filter(|event| bytes_of(event) < SMALL);
            self.garbage.extend(small);
        }
        if self.garbage.len() > GARBAGE_MAX {
            self.garbage.clear();
        }
        self.bytes = self.bytes + topic.bytes - before;
        while self.topics.len() > TOPICS_MAX && self.drop_quietest_topic(&is_in_use) {}
        while self.bytes > BYTES_MAX {
            if !self.drop_quietest_topic(&is_in_use) {
                self.shorten_longest_topic();
            }
        }
        true
    }
    // ANCHOR_END: insert

    /// Drops the topic that has been quiet the longest, of those that are not in use. Returns
    /// `false` if all are in use.
    fn drop_quietest_topic(&mut self, is_in_use: impl Fn(&str) -> bool) -> bool {
        let unused = self.topics.iter().filter(|(name, _)| !is_in_use(name));
        let quietest = unused.min_by_key(|(_, topic)| topic.newest());
        let Some(name) = quietest.map(|(name, _)| Arc::clone(name)) else { return false };
        let Some(topic) = self.topics.remove(&name) else { return false };
        self.bytes -= topic.bytes;
        if let Some((_, forgotten)) = self.dropped.push(name, topic.newest().max(topic.dropped)) {
            self.missing_upto = self.missing_upto.max(forgotten);
        }
        true
    }

    /// Drops the oldest event of the topic that uses the most memory. All topics are in use.
    fn shorten_longest_topic(&mut self) {
        if let Some(topic) = self.topics.values_mut().max_by_key(|topic| topic.bytes) {
            self.bytes -= topic.bytes;
            topic.pop();
            self.bytes += topic.bytes;
        }
    }

    // ANCHOR: after
    /// Returns the events of a topic that come after `id`, at most `events_max` of them.
    ///
    /// A binary search finds the first one, so a reader who has missed one event does not cost a look
    /// at a thousand others.
    pub(crate) fn after(&self, topic: &str, id: EventId, events_max: usize) -> Vec<Event> {
        let Some(topic) = self.topics.get(topic) else { return Vec::new() };
        let start = topic.events.partition_point(|event| event.id <= id);
        topic.events.range(start..).take(events_max).cloned().collect()
    }
    // ANCHOR_END: after

    // ANCHOR: is_gap
    /// Returns whether events after `id` are missing in a topic: they are no longer kept, or came
    /// before this log began. A reader who asks with `0-0` wants only what this log has had.
    pub(crate) fn is_gap(&self, topic: &str, id: EventId) -> bool {
        let is_before_the_log = id < self.began && id != EventId::default();
        id < self.dropped_upto(topic) || is_before_the_log
    }
    // ANCHOR_END: is_gap

    /// Returns the id from which on nothing is missing in a topic, as far as this log knows.
    pub(crate) fn whole_after(&self, topic: &str) -> EventId {
        self.dropped_upto(topic).max(self.began)
    }

    fn dropped_upto(&self, topic: &str) -> EventId {
        let of_topic = match self.topics.get(topic) {
            Some(topic) => topic.dropped,
            None => self.dropped.peek(topic).copied().unwrap_or_default(),
        };
        of_topic.max(self.missing_upto)
    }

    /// Returns the id after which a reader receives the last `count` events of a topic.
    pub(crate) fn before_last(&self, topic: &str, count: usize) -> EventId {
        let Some(topic) = self.topics.get(topic) else { return self.newest.max(self.began) };
        match topic.events.len().checked_sub(count + 1).and_then(|last| topic.events.get(last)) {
            Some(event) => event.id,
            None => topic.dropped.max(self.began),
        }
    }

    /// Returns the events of all topics that come after `id`, in their order.
    pub(crate) fn all_after(&self, id: EventId) -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        for topic in self.topics.values() {
            let start = topic.events.partition_point(|event| event.id <= id);
            events.extend(topic.events.range(start..).cloned());
        }
        events.sort_unstable_by_key(|event| event.id);
        events
    }

    /// Returns the id of a topic's newest event that is kept, or `0-0` if there is none.
    pub(crate) fn newest_of(&self, topic: &str) -> EventId {
        self.topics.get(topic).map(Topic::newest).unwrap_or_default()
    }

    /// Returns the newest event that may be missing in any topic.
    pub(crate) fn missing_upto(&self) -> EventId {
        let of_topics = self.topics.values().map(|topic| topic.dropped).max().unwrap_or_default();
        let of_dropped = self.dropped.iter().map(|(_, id)| *id).max().unwrap_or_default();
        self.missing_upto.max(of_topics).max(of_dropped)
    }

    /// Notes that events up to this one may be missing in any topic.
    pub(crate) fn set_missing_upto(&mut self, id: EventId) {
        self.missing_upto = self.missing_upto.max(id);
    }

    /// Notes where this log begins.
    pub(crate) fn set_began(&mut self, id: EventId) {
        self.began = id;
    }
}

impl Topic {
    fn push(&mut self, mut event: Event) {
        event.topic = Arc::clone(&self.name);
        self.bytes += bytes_of(&event);
        self.events.push_back(event);
    }

    fn pop(&mut self) -> Option<Event> {
        let oldest = self.events.pop_front()?;
        self.bytes -= bytes_of(&oldest);
        self.dropped = oldest.id;
        Some(oldest)
    }

    fn newest(&self) -> EventId {
        self.events.back().map(|event| event.id).unwrap_or_default()
    }
}

fn bytes_of(event: &Event) -> usize {
    EVENT_BYTES + event.owner.len() + event.key.len() + event.data.len()
}
