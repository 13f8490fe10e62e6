//! A reader's place in a topic. It is all that the log knows of a reader, and the reader keeps it.

use std::sync::Arc;

use crate::agreed::history::History;
use crate::event::{Event, EventId};
use crate::process::process::Process;

// ANCHOR: cursor
/// A reader's place in a topic: the last event that the reader has received.
#[derive(Clone, Debug)]
pub struct Cursor {
    topic: Arc<str>,
    after: EventId,
    /// A gap up to here does not need to be announced: the reader has not asked for these events, or
    /// knows already that they are missing.
    announced_upto: EventId,
    /// Whether the reader's id is of a log that no longer exists.
    is_lost: bool,
}
// ANCHOR_END: cursor

/// How much a reader receives at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion {
    /// The most events.
    pub events: usize,
    /// The most bytes of their owners, keys and contents. One event is returned even if it has more.
    pub bytes: usize,
}

impl Portion {
    /// Everything.
    pub const ALL: Self = Self { events: usize::MAX, bytes: usize::MAX };
}

// ANCHOR: missed
/// What a reader receives next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missed {
    /// Whether events before these are missing, because they are no longer kept.
    pub is_gap: bool,
    /// The events, oldest first.
    pub events: Vec<Event>,
}
// ANCHOR_END: missed

impl Cursor {
    /// Returns the place of a newcomer, who receives the last `count` events of a topic first.
    pub fn of_newcomer(process: &Process, topic: &str, count: usize) -> Self {
        let history = process.history();
        let after = history.before_last(topic, count);
        Self {
            topic: topic.into(),
            after,
            announced_upto: history.whole_after(topic),
            is_lost: false,
        }
    }

    /// Returns the place of a reader who has received everything up to `after`.
    ///
    /// An id that is later than the whole log was given by a log that is lost. Such a reader is told
    /// of a gap. (A process that is cut off from the others cannot tell.)
    pub fn of_reader(process: &Process, topic: &str, after: EventId) -> Self {
        let is_lost = Self::is_ahead(process, after);
        let after = if is_lost { process.agreed().position() } else { after };
        Self { topic: topic.into(), after, announced_upto: EventId::default(), is_lost }
    }

    /// Returns whether an id is later than the whole log. It is of a log that is lost, or another
    /// process, which gave it to a client, has read more entries than this one.
    pub(crate) fn is_ahead(process: &Process, id: EventId) -> bool {
        id > process.agreed().position() && process.is_shared() && !process.agreed().is_loading()
    }

    // ANCHOR: read
    /// Returns the next events, at most `events_max` of them, and moves past them. Returns no events
    /// if there are no more.
    pub fn read(&mut self, process: &Process, events_max: usize) -> Missed {
        let history = process.history();
        let is_gap = self.is_gap(history);
        if is_gap {
            (self.announced_upto, self.is_lost) = (history.whole_after(&self.topic), false);
        }
        let events = process.after(&self.topic, self.after, events_max);
        self.after = events.last().map_or(self.after, |event| event.id);
        Missed { is_gap, events }
    }
    // ANCHOR_END: read

    /// Returns what comes next, as much as a portion has room for, and moves behind it.
    pub fn read_portion(&mut self, process: &Process, portion: Portion) -> Missed {
        let before = self.after;
        let mut missed = self.read(process, portion.events);
        let mut bytes: usize = 0;
        let fits = missed.events.iter().take_while(|event| {
            bytes = bytes.saturating_add(event.owner.len() + event.key.len() + event.data.len());
            bytes <= portion.bytes
        });
        let count = fits.count().max(1);
        missed.events.truncate(count);
        self.after = missed.events.last().map_or(before, |event| event.id);
        missed
    }

    fn is_gap(&self, history: &History) -> bool {
        self.is_lost || history.is_gap(&self.topic, self.after.max(self.announced_upto))
    }

    /// Returns whether an event is new to this reader, and moves behind it if it is. For events that
    /// come one by one, to a reader for whom nothing is left to [read](Self::read).
    pub fn accept(&mut self, id: EventId) -> bool {
        let is_new = id > self.after;
        self.after = self.after.max(id);
        is_new
    }

    /// The topic that is read.
    pub(crate) fn topic(&self) -> &str {
        &self.topic
    }

    /// The last event that the reader has received.
    pub fn after(&self) -> EventId {
        self.after
    }
}
