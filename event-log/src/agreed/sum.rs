//! The sum of the log's entries up to one of them. It is the same in every process.

use std::collections::{BTreeSet, VecDeque};
use std::mem::replace;
use std::sync::Arc;

use crate::agreed::counts::count;
use crate::agreed::entry::{Counts, Draft, Entry, NameChange, ProcessId, Record, Seat, Snapshot};
use crate::agreed::fingerprint::Fingerprint;
use crate::agreed::history::History;
use crate::agreed::keys::Keys;
use crate::agreed::names::{Names, Outcome, Refusal};
use crate::event::{Event, EventId};

/// Entries between two snapshots.
pub(crate) const SNAPSHOT_INTERVAL: usize = 10_000;
/// Changes of names that are kept for a store that has lost them.
const CHANGES_MAX: usize = 10_000;

/// What the users of a log want of its topics.
#[derive(Clone, Debug)]
pub struct Topics {
    /// Events that are kept for each topic.
    pub events_max: usize,
    /// Topics whose contents are counted, for ever.
    pub counted: Vec<Arc<str>>,
    /// Topics that are never dropped to make room for others. Those that are counted need not be
    /// named here, nor rooms in which somebody is.
    pub kept: Vec<Arc<str>>,
}

/// The sum of all entries up to [`position`](Agreed::position).
pub struct Agreed {
    topics: Topics,
    /// The last entry that is included.
    position: EventId,
    history: History,
    keys: Keys,
    /// The fingerprints of the events that are counted, in this log. What a log has lost may be known here and
    /// not be counted.
    counted: Keys,
    names: Names,
    counts: Counts,
    /// The last changes of names, for a store that has lost them.
    changes: VecDeque<Entry>,
    /// Entries since the last snapshot.
    since_snapshot: usize,
    /// Entries between two snapshots.
    snapshot_interval: usize,
    loading: Option<Loading>,
}

/// Names and counts while the log is read from its beginning. Until all of it is read, nobody sees
/// them.
#[derive(Default)]
struct Loading {
    /// Events after this one are not seen yet, because the counts do not include them.
    visible_upto: EventId,
    /// Topics that have new events.
    topics: BTreeSet<Arc<str>>,
    names: Names,
    counts: Counts,
    /// The fingerprints of the events that are counted: the log may hold an event twice.
    keys: Keys,
    /// The entries so far: a snapshot further on may not include all of them.
    entries: Vec<Entry>,
    /// The last entry that the last snapshot includes.
    adopted_upto: EventId,
}

/// A consequence of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A topic has a new event.
    Topic(Arc<str>),
    /// The event with this fingerprint is in the log now, or was already.
    Stored(Fingerprint),
    /// Somebody has joined this room, or has left it.
    Room(Arc<str>),
    /// This seat of a room and a name was claimed, taken or given back, with success.
    Seat(Seat, Arc<str>, Arc<str>),
    /// The claim of this seat was refused.
    Refused(Seat, Refusal),
    /// This seat has lost its name to another one of the same visitor.
    Replaced(Seat),
    /// All seats of this process have been given back.
    Gone(ProcessId),
    /// A snapshot has replaced all names and counts.
    Adopted,
}

impl Agreed {
    /// Returns the sum of no entries.
    pub fn new(topics: Topics) -> Self {
        Self {
            history: History::new(topics.events_max),
            topics,
            position: EventId::default(),
            keys: Keys::with_room(),
            counted: Keys::default(),
            names: Names::default(),
            counts: Counts::new(),
            changes: VecDeque::new(),
            since_snapshot: 0,
            snapshot_interval: SNAPSHOT_INTERVAL,
            loading: None,
        }
    }

    // ANCHOR: apply
    /// Adds an entry to the sum, and returns what has changed.
    pub fn apply(&mut self, entry: &Entry) -> Vec<Change> {
        let mut changes = Vec::new();
        if entry.id <= self.position {
            return changes;
        }
        let before = replace(&mut self.position, entry.id);
        self.since_snapshot += 1;
        match &entry.record {
            Some(Record::Event(draft)) => {
                let fingerprint = Fingerprint::of(draft);
                self.add_event(entry.id, draft.clone(), fingerprint, &mut changes);
            }
            Some(Record::Names(change)) => {
                match &mut self.loading {
                    Some(loading) => loading.change_names(entry.id, change),
                    None => self.change_names(change, entry.id, &mut changes),
                }
                let record = entry.record.clone();
                self.changes.push_back(Entry { id: entry.id, record, snapshot: None });
                if self.changes.len() > CHANGES_MAX {
                    self.changes.pop_front();
                }
            }
            None => {}
        }
        // ANCHOR_END: apply
        if let Some(snapshot) = &entry.snapshot {
            self.since_snapshot = 0;
            if let Some(loading) = &mut self.loading {
                loading.adopt(snapshot);
                self.history.set_missing_upto(snapshot.missing_upto);
            } else if snapshot.upto > before {
                // It contains the sum of entries that we have not read ourselves.
                self.counts.clone_from(&snapshot.counts);
                let rooms = self.names.replace(&snapshot.names);
                self.history.set_missing_upto(snapshot.missing_upto);
                changes.extend(rooms.into_iter().map(Change::Room));
                changes.push(Change::Adopted);
            }
        }
        changes
    }

    /// Appends an event to a log that is only in this process, and adds what has changed.
    pub(crate) fn append(
        &mut self,
        id: EventId,
        draft: Draft,
        fingerprint: Fingerprint,
        changes: &mut Vec<Change>,
    ) {
        self.position = id;
        self.add_event(id, draft, fingerprint, changes);
    }

    // ANCHOR: add_event
    /// Adds an event to the sum, unless it repeats a known one.
    fn add_event(
        &mut self,
        id: EventId,
        draft: Draft,
        fingerprint: Fingerprint,
        changes: &mut Vec<Change>,
    ) {
        changes.push(Change::Stored(fingerprint));
        let is_known = self.keys.id_of(fingerprint).is_some();
        let Draft { topic, owner, key, data } = draft;
        let event = Event { id, topic, owner, key, data };
        if self.topics.counted.contains(&event.topic) {
            match &mut self.loading {
                Some(loading) => loading.count(&event, fingerprint),
                None => {
                    if self.counted.id_of(fingerprint).is_none() {
                        self.counted.insert(fingerprint, id);
                        count(&mut self.counts, &event);
                    }
                }
            }
        }
        if is_known {
            return;
        }
        match &mut self.loading {
            Some(loading) => drop(loading.topics.insert(Arc::clone(&event.topic))),
            None => changes.push(Change::Topic(Arc::clone(&event.topic))),
        }
        self.keys.insert(fingerprint, id);
        let Self { topics, names, history, loading, .. } = self;
        let names = loading.as_ref().map_or(&*names, |loading| &loading.names);
        history.insert(event, |topic| {
            let is = |kept: &Arc<str>| **kept == *topic;
            topics.counted.iter().any(is) || topics.kept.iter().any(is) || names.is_occupied(topic)
        });
    }
    // ANCHOR_END: add_event

    /// Changes the names. Without other processes, these changes are no entries of the log.
    pub(crate) fn change_names(
        &mut self,
        change: &NameChange,
        id: EventId,
        changes: &mut Vec<Change>,
    ) {
        let Outcome { rooms, refused, replaced } = self.names.apply(change, id);
        changes.extend(rooms.into_iter().map(Change::Room));
        changes.extend(replaced.into_iter().map(Change::Replaced));
        changes.push(match (change, refused) {
            (_, Some((seat, why))) => Change::Refused(seat, why),
            (
                NameChange::Seat { room, name, seat, .. } | NameChange::Leave { room, name, seat },
                None,
            ) => Change::Seat(seat.clone(), Arc::clone(room), Arc::clone(name)),
            (NameChange::Gone { process }, None) => Change::Gone(Arc::clone(process)),
        });
    }

    /// Notes that this log begins after this place. What came before is not known. All entries of the
    /// log come later, even if the clock is set back, so a reader can go on from here.
    pub(crate) fn begin_at(&mut self, place: EventId) {
        self.position = place;
        self.history.set_began(place);
    }

    /// Forgets everything. Nobody has seen anything of it.
    pub(crate) fn forget(&mut self) {
        self.history = History::new(self.topics.events_max);
        self.keys = Keys::with_room();
    }

    /// Begins to read the log from its beginning. What is known of events stays; names and counts
    /// are added up again.
    pub(crate) fn begin_loading(&mut self) {
        let visible_upto = self.visible_upto().min(self.position);
        self.position = EventId::default();
        self.changes.clear();
        self.loading = Some(Loading { visible_upto, ..Loading::default() });
    }

    /// The log has been read from its beginning to its end. From now on, its names and counts are
    /// those that everybody sees.
    pub(crate) fn end_loading(&mut self) -> Vec<Change> {
        let Some(Loading { names, counts, keys, topics, .. }) = self.loading.take() else {
            return Vec::new();
        };
        self.counted = keys;
        let old = replace(&mut self.names, names);
        self.counts = counts;
        let rooms: BTreeSet<Arc<str>> = old.all_rooms().chain(self.names.all_rooms()).collect();
        let news = topics.into_iter().map(Change::Topic).chain(rooms.into_iter().map(Change::Room));
        news.chain([Change::Adopted]).collect()
    }

    /// Returns a snapshot of all names and counts.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            upto: self.position,
            names: self.names.all(),
            counts: self.counts.clone(),
            missing_upto: EventId::default(),
        }
    }

    /// Returns the entries after `base` that a store has lost. The last one carries a snapshot,
    /// which includes the changes of names.
    pub(crate) fn lost_after(&self, base: EventId) -> Vec<Entry> {
        if base >= self.position {
            return Vec::new();
        }
        let entry_of = |Event { id, topic, owner, key, data }| {
            let record = Some(Record::Event(Draft { topic, owner, key, data }));
            Entry { id, record, snapshot: None }
        };
        let events = self.history.all_after(base).into_iter().map(entry_of);
        let changes = self.changes.iter().filter(|entry| entry.id > base).cloned();
        let mut lost: Vec<Entry> = events.chain(changes).collect();
        lost.sort_unstable_by_key(|entry| entry.id);
        // The last entry may have been a snapshot.
        if lost.last().is_none_or(|last| last.id < self.position) {
            lost.push(Entry { id: self.position, record: None, snapshot: None });
        }
        if let Some(last) = lost.last_mut() {
            let missing_upto = self.history.missing_upto();
            last.snapshot = Some(Snapshot { missing_upto, ..self.snapshot() });
        }
        lost
    }

    /// Returns a snapshot of the counts if it is time for one, for a log of this process alone. Its
    /// names end with the process.
    pub(crate) fn take_snapshot(&mut self) -> Option<Snapshot> {
        self.needs_snapshot().then(|| {
            self.since_snapshot = 0;
            Snapshot { names: Vec::new(), ..self.snapshot() }
        })
    }

    /// Sets the number of entries between two snapshots.
    pub(crate) fn set_snapshot_interval(&mut self, entries: usize) {
        self.snapshot_interval = entries;
    }

    /// Does what has time until nobody waits.
    pub(crate) fn tidy(&mut self) {
        self.keys.tidy();
        self.history.tidy();
    }

    /// Returns whether it is time for a snapshot.
    pub(crate) fn needs_snapshot(&self) -> bool {
        self.since_snapshot >= self.snapshot_interval
    }

    /// The place of the last entry that is included.
    pub fn position(&self) -> EventId {
        self.position
    }

    /// Who holds which name.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// Returns whether the log is being read from its beginning.
    pub(crate) fn is_loading(&self) -> bool {
        self.loading.is_some()
    }

    /// Returns the last event that readers may see.
    fn visible_upto(&self) -> EventId {
        self.loading.as_ref().map_or(EventId::MAX, |loading| loading.visible_upto)
    }

    /// Returns the events of a topic that come after `id`, at most `events_max` of them.
    pub(crate) fn after(&self, topic: &str, id: EventId, events_max: usize) -> Vec<Event> {
        let mut events = self.history.after(topic, id, events_max);
        events.retain(|event| event.id <= self.visible_upto());
        events
    }

    /// Returns the id of a topic's newest event that is kept, or `0-0` if there is none.
    pub(crate) fn newest(&self, topic: &str) -> EventId {
        self.history.newest_of(topic).min(self.visible_upto())
    }

    /// The events that are kept.
    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// The events that are kept.
    pub(crate) fn history_mut(&mut self) -> &mut History {
        &mut self.history
    }

    /// Returns the id of the event with this fingerprint, if it is remembered.
    pub fn id_of(&self, fingerprint: Fingerprint) -> Option<EventId> {
        self.keys.id_of(fingerprint)
    }

    /// Returns how often each content of a topic has occurred.
    pub fn counts(&self, topic: &str) -> impl Iterator<Item = (&Arc<str>, u64)> {
        self.counts.get(topic).into_iter().flatten().map(|(content, count)| (content, *count))
    }
}

impl Loading {
    fn change_names(&mut self, id: EventId, change: &NameChange) {
        self.names.apply(change, id);
        let record = Some(Record::Names(change.clone()));
        self.entries.push(Entry { id, record, snapshot: None });
    }

    fn count(&mut self, event: &Event, fingerprint: Fingerprint) {
        if self.keys.id_of(fingerprint).is_some() {
            return;
        }
        self.keys.insert(fingerprint, event.id);
        count(&mut self.counts, event);
        let Event { id, topic, owner, key, data } = event.clone();
        let record = Some(Record::Event(Draft { topic, owner, key, data }));
        self.entries.push(Entry { id, record, snapshot: None });
    }

    /// Replaces names and counts by those of a snapshot, and adds what came after it.
    ///
    /// Several processes may write snapshots at about the same time, and one that was sent long ago
    /// may arrive late. So an older one is ignored, and the entries are kept for the next. What was
    /// given back before this one is remembered, and what was given back after it must not be, yet.
    fn adopt(&mut self, snapshot: &Snapshot) {
        if snapshot.upto <= self.adopted_upto {
            return;
        }
        self.adopted_upto = snapshot.upto;
        let first_after = self.entries.partition_point(|entry| entry.id <= snapshot.upto);
        let (before, after) = self.entries.split_at(first_after);
        self.names = Names::default();
        for Entry { id, record, .. } in before {
            if let Some(Record::Names(change)) = record {
                self.names.apply(change, *id);
            }
        }
        self.names.replace(&snapshot.names);
        self.counts.clone_from(&snapshot.counts);
        for Entry { id, record, .. } in after {
            match record.clone() {
                Some(Record::Names(change)) => {
                    self.names.apply(&change, *id);
                }
                Some(Record::Event(Draft { topic, owner, key, data })) => {
                    count(&mut self.counts, &Event { id: *id, topic, owner, key, data });
                }
                None => {}
            }
        }
    }
}
