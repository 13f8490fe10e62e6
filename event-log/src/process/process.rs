//! One process of those that share a log: what its users can ask of it, and how a driver moves it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use names::looks;

use crate::agreed::entry::{Draft, Entry, NameChange, ProcessId, Seat};
use crate::agreed::fingerprint::Fingerprint;
use crate::agreed::history::History;
use crate::agreed::sum::{Agreed, Topics};
use crate::event::{Event, EventId};
use crate::process::command::{Command, Lane, Reply};
use crate::process::core::{Core, News};
use crate::process::file_link::FileLink;
use crate::process::link::Link;
use crate::process::outbox::OutboxFull;
use crate::status::{LogStatus, Medium};

/// Rooms that may be open in all processes together.
const ROOMS_MAX: usize = 1_000;

/// The time, by two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Time since this process began. It never goes back.
    pub elapsed: Duration,
    /// Milliseconds since 1970. Somebody may set this clock.
    pub unix_milliseconds: u64,
}

// ANCHOR: process
/// One process, without sockets, files and clocks.
///
/// A driver passes it the time and the replies to its [commands](Self::command), and passes the
/// [news](Self::news) on to its users. After each call of a method that takes the time, both must be
/// called until they return `None`. [`advance`](Self::advance) must be called again at the
/// [deadline](Self::deadline).
pub struct Process {
    core: Core,
    store: Store,
}

/// Where the log is.
enum Store {
    /// Only here.
    Memory,
    /// In a file of this process.
    File(FileLink),
    /// In a Redis that all processes share.
    Redis(Link),
}
// ANCHOR_END: process

/// Why an event was not appended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAppended {
    /// Too many events are waiting.
    #[error(transparent)]
    Full(#[from] OutboxFull),
    /// The file cannot be written.
    #[error("the server cannot store anything now: {0}; try again in a moment")]
    CannotStore(String),
}

/// The limit on rooms is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server has reached its limit on rooms: join another room")]
pub struct TooManyRooms;

impl Process {
    /// Returns a process whose log is in memory, and begins now.
    pub fn in_memory(name: ProcessId, topics: Topics, now: Now) -> Self {
        let mut agreed = Agreed::new(topics);
        agreed.begin_at(EventId { milliseconds: now.unix_milliseconds, sequence: 0 });
        Self { core: Core::new(name, agreed), store: Store::Memory }
    }

    /// Returns a process whose log is in a file, from which `entries` were read. With `trimmed_to`,
    /// older entries than this one were removed.
    pub fn in_file(
        name: ProcessId,
        topics: Topics,
        entries: Vec<Entry>,
        trimmed_to: Option<EventId>,
    ) -> Self {
        let mut agreed = Agreed::new(topics);
        agreed.history_mut().set_missing_upto(trimmed_to.unwrap_or_default());
        agreed.begin_loading();
        let mut core = Core::new(name, agreed);
        core.apply(entries);
        core.end_loading();
        core.news.clear();
        Self { core, store: Store::File(FileLink::default()) }
    }

    /// Returns a process that shares its log over Redis. It is not connected yet.
    pub fn over_redis(name: ProcessId, topics: Topics) -> Self {
        Self { core: Core::new(name, Agreed::new(topics)), store: Store::Redis(Link::new()) }
    }

    /// Returns the same process with another number of entries between two snapshots. All processes
    /// that share a log should use the same.
    #[must_use]
    pub fn with_snapshot_interval(mut self, entries: usize) -> Self {
        self.core.agreed.set_snapshot_interval(entries);
        self
    }

    /// Appends an event. If it repeats one that is in the log, returns the id of that one.
    ///
    /// # Errors
    /// [`NotAppended`]: the event is not in the log, and not in the outbox.
    pub fn append(&mut self, draft: Draft, now: Now) -> Result<Option<EventId>, NotAppended> {
        let fingerprint = Fingerprint::of(&draft);
        let outcome = self.add(draft, fingerprint, now);
        self.advance(now);
        outcome
    }

    /// Appends several events, in their order, with their fingerprints. The result for each one is
    /// that of [`append`](Self::append).
    pub(crate) fn append_all(
        &mut self,
        drafts: impl IntoIterator<Item = (Draft, Fingerprint)>,
        now: Now,
    ) -> Vec<Result<Option<EventId>, NotAppended>> {
        let add = |(draft, fingerprint)| self.add(draft, fingerprint, now);
        let outcomes = drafts.into_iter().map(add).collect();
        self.advance(now);
        outcomes
    }

    // ANCHOR: append
    /// Adds an event to the log, or to the events that have to be stored. Returns its id if it is in
    /// the log already.
    fn add(
        &mut self,
        draft: Draft,
        fingerprint: Fingerprint,
        now: Now,
    ) -> Result<Option<EventId>, NotAppended> {
        if let Some(id) = self.core.agreed.id_of(fingerprint) {
            return Ok(Some(id));
        }
        match &self.store {
            Store::Memory => {
                let id = self.core.agreed.position().next(now.unix_milliseconds);
                self.core.append(id, draft, fingerprint);
            }
            Store::File(FileLink { problem: Some(problem), .. }) => {
                return Err(NotAppended::CannotStore(problem.clone()));
            }
            Store::File(_) | Store::Redis(_) => {
                self.core.outbox.add(draft, fingerprint, now.elapsed)?;
            }
        }
        Ok(None)
    }
    // ANCHOR_END: append

    // ANCHOR: enter
    /// Begins an attempt to get a name in a room, and returns its number. What becomes of it is told
    /// as [`News::Seat`]. Every attempt must be [given back](Self::leave), however it ends.
    ///
    /// A name has one holder in its room, and nobody else gets one that looks like it. Somebody who
    /// comes with the session of the holder takes the name over. While Redis is away, only those are let in whose session is known for the name:
    /// nobody else can be sure that the name is theirs.
    ///
    /// # Errors
    /// [`TooManyRooms`].
    pub fn enter(
        &mut self,
        room: &str,
        name: &str,
        session: &str,
        now: Now,
    ) -> Result<u64, TooManyRooms> {
        let names = self.core.agreed.names();
        let is_open = names.is_occupied(room) || self.core.seats.is_wanted(room);
        if !is_open && names.rooms() >= ROOMS_MAX {
            return Err(TooManyRooms);
        }
        let may_enter_now = self.is_cut_off()
            && names.belongs_to(room, name, session)
            && !names.is_alike_taken(room, name, &looks(name), session);
        let came = self.core.log_time(now.elapsed);
        let room = names.shared(room).unwrap_or_else(|| room.into());
        let number = self.core.seats.want(room, name, session, came);
        match &self.store {
            Store::Redis(_) if may_enter_now => self.core.admit_alone(number),
            Store::Redis(_) => {}
            Store::Memory | Store::File(_) => self.change_names_alone(),
        }
        self.advance(now);
        Ok(number)
    }
    // ANCHOR_END: enter

    /// Gives an attempt up, or the seat that it has led to.
    pub fn leave(&mut self, number: u64, now: Now) {
        if let Some(wanted) = self.core.seats.unwant(number) {
            if self.is_cut_off() {
                self.core.seats.hide(number);
            }
            if wanted.is_admitted {
                self.core.tell(News::Room(wanted.room));
            }
        }
        if !matches!(self.store, Store::Redis(_)) {
            self.change_names_alone();
        }
        self.advance(now);
    }

    /// A process that is alone has nobody to ask about names.
    fn change_names_alone(&mut self) {
        while self.core.seats.is_due() {
            for change in self.core.seats.take_due(&self.core.id, usize::MAX, true) {
                self.core.change_names(&change);
            }
        }
    }

    /// Gives back all names, for the end of this process. Afterwards, [`is_closed`](Self::is_closed)
    /// tells when everything is in the log that was accepted.
    pub fn close(&mut self, now: Now) {
        self.core.close();
        if !matches!(self.store, Store::Redis(_)) {
            let process = Arc::clone(&self.core.id);
            self.core.change_names(&NameChange::Gone { process });
        }
        self.advance(now);
    }

    /// Returns whether a process that was [closed](Self::close) has nothing left to append.
    pub fn is_closed(&self) -> bool {
        match &self.store {
            Store::Memory | Store::File(_) => self.core.is_closed(),
            Store::Redis(link) => link.is_ended(),
        }
    }

    /// The time has come to which [`deadline`](Self::deadline) has pointed, or something was appended.
    pub fn advance(&mut self, now: Now) {
        match &mut self.store {
            Store::Memory => {}
            Store::File(link) => link.advance(now.elapsed, now.unix_milliseconds, &mut self.core),
            Store::Redis(link) => link.advance(now.elapsed, &mut self.core),
        }
    }

    /// Takes the reply to the last command on this lane.
    pub fn reply(&mut self, lane: Lane, reply: Reply, now: Now) {
        match &mut self.store {
            Store::Memory => {}
            Store::File(link) => {
                link.reply(reply, now.elapsed, &mut self.core);
                link.advance(now.elapsed, now.unix_milliseconds, &mut self.core);
            }
            Store::Redis(link) => link.reply(lane, reply, now.elapsed, &mut self.core),
        }
    }

    /// Returns the next command, if there is one.
    pub fn command(&mut self) -> Option<(Lane, Command)> {
        match &mut self.store {
            Store::Memory => None,
            Store::File(link) => link.command.take().map(|command| (Lane::Writer, command)),
            Store::Redis(link) => link.commands.pop_front(),
        }
    }

    /// Returns whether there is a command.
    pub fn has_command(&self) -> bool {
        match &self.store {
            Store::Memory => false,
            Store::File(link) => link.command.is_some(),
            Store::Redis(link) => !link.commands.is_empty(),
        }
    }

    /// Returns when [`advance`](Self::advance) must be called at the latest, as the time since this
    /// process began.
    pub fn deadline(&self) -> Option<Duration> {
        match &self.store {
            Store::Memory => None,
            Store::File(link) => link.deadline(),
            Store::Redis(link) => link.deadline(),
        }
    }

    /// Returns the next news, if there is any.
    pub fn news(&mut self) -> Option<News> {
        self.core.news.pop_front()
    }

    /// Returns whether this process is connected with the others. Without Redis there are no others,
    /// and it always is.
    pub fn is_shared(&self) -> bool {
        match &self.store {
            Store::Memory | Store::File(_) => true,
            Store::Redis(link) => link.is_shared(),
        }
    }

    /// Returns what an operator wants to know.
    pub fn status(&self, now: Now) -> LogStatus {
        let (medium, is_writable, reconnects) = match &self.store {
            Store::Memory => (Medium::Memory, true, 0),
            Store::File(link) => (Medium::File, link.problem.is_none(), 0),
            Store::Redis(link) => (Medium::Redis, link.is_shared(), link.reconnects()),
        };
        let waiting = self.core.outbox.len();
        let oldest = self.core.outbox.oldest().unwrap_or(now.elapsed);
        let lag = now.elapsed.saturating_sub(oldest);
        LogStatus { medium, is_writable, waiting, lag, reconnects }
    }

    /// Does what has time until nobody waits. Everything is correct without it.
    pub(crate) fn tidy(&mut self) {
        self.core.agreed.tidy();
    }

    /// Returns the sum of the log's entries.
    pub fn agreed(&self) -> &Agreed {
        &self.core.agreed
    }

    /// Returns the members who are present in a room, here and in other processes. While Redis is
    /// away, those who come and go here are included, although the others do not know it yet.
    pub fn here(&self, room: &str) -> BTreeSet<Arc<str>> {
        let mut here = self.core.agreed.names().here(room);
        for (number, name) in self.core.seats.hidden_in(room) {
            let seat = Seat { process: Arc::clone(&self.core.id), number };
            if self.core.agreed.names().is_only_seat(room, name, &seat) {
                here.remove(name);
            }
        }
        here.extend(self.core.seats.unsettled_in(room).cloned());
        here
    }

    /// Returns whether this process was connected with the others, and is not now.
    fn is_cut_off(&self) -> bool {
        matches!(&self.store, Store::Redis(link) if link.is_cut_off())
    }

    /// Returns the name under which the log knows this process. It changes when the others have given
    /// it up for dead.
    pub fn id(&self) -> &ProcessId {
        &self.core.id
    }

    /// Returns which seat is present under a name, if any.
    pub fn present(&self, room: &str, name: &str) -> Option<&Seat> {
        self.core.agreed.names().present(room, name)
    }

    /// Returns the id of a topic's newest event that is kept, or `0-0` if there is none.
    pub fn newest(&self, topic: &str) -> EventId {
        self.core.agreed.newest(topic)
    }

    /// Returns an id after which nothing of a topic is missing, and which is not older than its newest
    /// event.
    pub fn end(&self, topic: &str) -> EventId {
        self.newest(topic).max(self.history().whole_after(topic))
    }

    /// The events that are kept.
    pub(crate) fn history(&self) -> &History {
        self.core.agreed.history()
    }

    /// Returns the events of a topic after `id` that are kept, at most `events_max` of them.
    pub fn after(&self, topic: &str, id: EventId, events_max: usize) -> Vec<Event> {
        self.core.agreed.after(topic, id, events_max)
    }

    /// Returns the events of a topic that wait to be stored, from this number on, and the number
    /// after them.
    pub fn pending(&self, topic: &str, from: u64) -> (Vec<Draft>, u64) {
        self.core.outbox.pending(topic, from)
    }
}
