//! What one process knows and wants: the sum of the log's entries, the events that it has to append,
//! and the seats of its connections.

use std::collections::VecDeque;
use std::mem::take;
use std::sync::Arc;
use std::time::Duration;

use names::looks;

use crate::agreed::entry::{Draft, Entry, NameChange, ProcessId, Record};
use crate::agreed::fingerprint::Fingerprint;
use crate::agreed::names::Refusal;
use crate::agreed::sum::{Agreed, Change};
use crate::event::EventId;
use crate::process::command::{Addition, Due};
use crate::process::outbox::Outbox;
use crate::process::seats::{Seats, Wanted};

/// Something that the users of a process want to know at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A topic has new events.
    Topic(Arc<str>),
    /// Somebody has joined this room, or has left it.
    Room(Arc<str>),
    /// The attempt with this number has an outcome.
    Seat(u64, Outcome),
    /// Whether this process is connected with the others has changed.
    Shared(bool),
    /// Something does not work, for the operator. It is said once.
    Problem(String),
}

/// What has become of an attempt to get a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The member is in.
    Admitted,
    /// Another visitor has the name, or one that looks like it.
    Refused(Refusal),
    /// The member was in, and the name goes on in another connection of the same visitor.
    Replaced,
    /// The member was let in while Redis was away, and another visitor had got the name, or one that
    /// looks like it, just before.
    Taken,
}

/// How far we are with an entry that is not needed at all times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Turn {
    /// It is not needed.
    #[default]
    NotDue,
    /// It has to be sent.
    Due,
    /// It is on its way.
    Sent,
    /// It is in the log.
    Done,
}

/// What one process knows and wants.
pub(crate) struct Core {
    /// The name of this process, and how often it was given up for dead meanwhile. Together they are
    /// the name that the log knows.
    name: ProcessId,
    deaths: u32,
    pub(crate) id: ProcessId,
    pub(crate) agreed: Agreed,
    pub(crate) outbox: Outbox,
    pub(crate) seats: Seats,
    pub(crate) news: VecDeque<News>,
    /// Empty. It is kept so that not every event needs a new one.
    changes: Vec<Change>,
    /// Attempts whose claims were agreed to by the entries that are being applied.
    claimed: Vec<u64>,
    /// Processes that give no sign of life. The log has to be told.
    pub(crate) gone: Vec<(ProcessId, u64)>,
    /// Processes that the log says are gone.
    pub(crate) buried: Vec<ProcessId>,
    /// Whether nobody's leaving is told to the log yet. After an outage, somebody who has lost their
    /// connection here may be back elsewhere, and the other process comes first.
    pub(crate) holds_leaves: bool,
    /// How far the clock of the log is ahead of the time since this process began, in milliseconds.
    log_ahead: u64,
    snapshot: Turn,
    /// The entry by which this process gives back all names, before it ends.
    farewell: Turn,
}

impl Core {
    pub(crate) fn new(name: ProcessId, agreed: Agreed) -> Self {
        Self {
            id: Arc::clone(&name),
            name,
            deaths: 0,
            agreed,
            outbox: Outbox::default(),
            seats: Seats::default(),
            news: VecDeque::new(),
            changes: Vec::new(),
            claimed: Vec::new(),
            gone: Vec::new(),
            buried: Vec::new(),
            holds_leaves: false,
            log_ahead: 0,
            snapshot: Turn::NotDue,
            farewell: Turn::NotDue,
        }
    }

    /// Compares the clock of the log with ours. An entry was written before we read it, so the
    /// largest difference is the best.
    pub(crate) fn compare_clocks(&mut self, entries: &[Entry], now: Duration) {
        if let Some(newest) = entries.last() {
            let ahead = newest.id.milliseconds.saturating_sub(milliseconds(now));
            self.log_ahead = self.log_ahead.max(ahead);
        }
    }

    /// Returns the time by the clock of the log, as far as it is known, in milliseconds since 1970.
    pub(crate) fn log_time(&self, now: Duration) -> u64 {
        self.log_ahead.saturating_add(milliseconds(now))
    }

    /// Adds entries of the log to what is agreed.
    pub(crate) fn apply(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            if entry.snapshot.is_some() {
                self.snapshot = Turn::NotDue;
            }
            let changes = self.agreed.apply(&entry);
            self.note_all(changes);
        }
        self.admit_claimed();
    }

    /// Appends an event to a log that is only in this process.
    pub(crate) fn append(&mut self, id: EventId, draft: Draft, fingerprint: Fingerprint) {
        let mut changes = take(&mut self.changes);
        self.agreed.append(id, draft, fingerprint, &mut changes);
        changes.drain(..).for_each(|change| self.note(change));
        self.changes = changes;
    }

    /// Changes the names at once, in a process that is alone.
    pub(crate) fn change_names(&mut self, change: &NameChange) {
        let mut changes = Vec::new();
        // Nothing is on its way here, so each attempt is newer than all others.
        let place = match change {
            NameChange::Seat { seat, .. } => EventId { milliseconds: 0, sequence: seat.number },
            _ => EventId::default(),
        };
        self.agreed.change_names(change, place, &mut changes);
        self.note_all(changes);
        self.admit_claimed();
    }

    /// Lets those in whose claims were agreed to. A later entry may have taken the name away again, so
    /// this is done when all entries that have come are applied.
    fn admit_claimed(&mut self) {
        for number in take(&mut self.claimed) {
            if self.seats.has(number) {
                self.admit(number);
            }
        }
    }

    fn note_all(&mut self, changes: Vec<Change>) {
        for change in changes {
            self.note(change);
        }
    }

    fn note(&mut self, change: Change) {
        if let Change::Seat(_, room, _) = &change
            && self.seats.hidden_in(room).next().is_some()
        {
            // Somebody else may have a name that was hidden.
            self.tell(News::Room(Arc::clone(room)));
        }
        match change {
            Change::Topic(topic) => self.tell(News::Topic(topic)),
            Change::Room(room) => self.tell(News::Room(room)),
            Change::Stored(fingerprint) => {
                if self.outbox.remove(fingerprint) {
                    self.ask_for_snapshot();
                }
            }
            Change::Seat(seat, room, name) if seat.process == self.id => {
                let has = self.agreed.names().seat_of(&room, &name, &seat);
                let shown = self.seats.note(seat.number, &room, &name, has);
                self.tell_room(shown);
                self.claimed.push(seat.number);
                self.ask_for_snapshot();
            }
            Change::Refused(seat, why) if seat.process == self.id => {
                if let Some(wanted) = self.seats.unwant(seat.number) {
                    self.tell(News::Room(Arc::clone(&wanted.room)));
                    // Somebody who was let in while Redis was away can still be too late.
                    let outcome =
                        if wanted.is_admitted { Outcome::Taken } else { Outcome::Refused(why) };
                    self.tell(News::Seat(seat.number, outcome));
                }
            }
            Change::Replaced(seat) if seat.process == self.id => {
                let shown = self.seats.lose(seat.number);
                self.tell_room(shown);
                if self.seats.unwant(seat.number).is_some() {
                    self.tell(News::Seat(seat.number, Outcome::Replaced));
                }
            }
            Change::Gone(process) if process == self.id => self.go_on_under_another_name(),
            Change::Gone(process) => self.buried.push(process),
            Change::Adopted => self.compare_seats(),
            Change::Seat(..) | Change::Refused(..) | Change::Replaced(_) => {}
        }
    }

    /// The others have given us up. Our members claim their names again.
    fn go_on_under_another_name(&mut self) {
        if self.farewell != Turn::NotDue {
            self.farewell = Turn::Done;
        }
        self.deaths += 1;
        self.id = format!("{}.{}", self.name, self.deaths).into();
        self.seats.lose_all();
    }

    /// One of our own entries is in the log. If it is time for a snapshot, we are to write it.
    fn ask_for_snapshot(&mut self) {
        if self.agreed.needs_snapshot() && self.snapshot == Turn::NotDue {
            self.snapshot = Turn::Due;
        }
    }

    /// Tells that a room shows other members than before, although the log does not say so.
    fn tell_room(&mut self, room: Option<Arc<str>>) {
        if let Some(room) = room {
            self.tell(News::Room(room));
        }
    }

    /// The log has been read from its beginning to its end.
    pub(crate) fn end_loading(&mut self) {
        let changes = self.agreed.end_loading();
        self.note_all(changes);
    }

    /// Compares our seats with those that the log says we have, after a jump.
    fn compare_seats(&mut self) {
        while self.agreed.names().is_gone(&self.id) {
            self.go_on_under_another_name();
        }
        let names = self.agreed.names();
        self.seats.lose_all();
        for (seat, room, name) in names.seats_of(&self.id) {
            let has = names.seat_of(&room, &name, &seat);
            self.seats.note(seat.number, &room, &name, has);
        }
        // Those who have lost their seats, and whose names go on in another connection, end here.
        let lost = self.seats.lost();
        let replaced = lost.filter(|(_, wanted)| {
            wanted.had_seat && names.goes_on(&wanted.room, &wanted.name, &wanted.session)
        });
        for number in replaced.map(|(number, _)| number).collect::<Vec<_>>() {
            self.seats.unwant(number);
            self.tell(News::Seat(number, Outcome::Replaced));
        }
    }

    /// Lets a member in.
    pub(crate) fn admit(&mut self, number: u64) {
        if let Some(room) = self.seats.admit(number) {
            self.tell(News::Seat(number, Outcome::Admitted));
            self.tell(News::Room(room));
        }
    }

    /// Lets a member in while Redis is away. An older connection of the same visitor here ends.
    pub(crate) fn admit_alone(&mut self, number: u64) {
        self.admit(number);
        for older in self.seats.older_than(number) {
            self.seats.unwant(older);
            self.seats.hide(older);
            self.tell(News::Seat(older, Outcome::Replaced));
        }
    }

    /// Lets everybody in who waits, and whose session the log knows for their name.
    pub(crate) fn admit_known(&mut self) {
        let names = self.agreed.names();
        let known = self.seats.attempts().filter(|(_, wanted)| {
            let Wanted { room, name, session, .. } = wanted;
            names.belongs_to(room, name, session)
                && !names.is_alike_taken(room, name, &looks(name), session)
        });
        let known: Vec<u64> = known.map(|(number, _)| number).collect();
        for number in known {
            self.admit_alone(number);
        }
    }

    /// Says something to the users of this process. What was said last is not repeated.
    pub(crate) fn tell(&mut self, news: News) {
        if self.news.back() != Some(&news) {
            self.news.push_back(news);
        }
    }

    /// Whatever was sent may be lost.
    pub(crate) fn send_again(&mut self) {
        self.outbox.send_again();
        self.seats.send_again();
        // Whoever is still silent is found again.
        self.gone.clear();
        for turn in [&mut self.snapshot, &mut self.farewell] {
            if *turn == Turn::Sent {
                *turn = Turn::Due;
            }
        }
    }

    /// Ends all connections, and gives back all names.
    pub(crate) fn close(&mut self) {
        self.farewell = Turn::Due;
        self.seats.clear();
    }

    /// Returns whether everything was appended that had to be, and all names were given back.
    pub(crate) fn is_closed(&self) -> bool {
        self.farewell == Turn::Done && self.outbox.is_empty()
    }

    // ANCHOR: take_due
    /// Takes up to `max` additions to the log that have to be sent.
    pub(crate) fn take_due(&mut self, max: usize) -> Due {
        let mut due: Vec<NameChange> = Vec::new();
        let silent = take(&mut self.gone);
        due.extend(silent.iter().map(|(process, _)| NameChange::Gone { process: process.clone() }));
        if self.farewell == Turn::NotDue {
            due.extend(self.seats.take_due(&self.id, max, !self.holds_leaves));
        } else if self.farewell == Turn::Due {
            // One entry gives back all names at once.
            self.farewell = Turn::Sent;
            due.push(NameChange::Gone { process: Arc::clone(&self.id) });
        }
        let names = due.into_iter().map(Record::Names);
        // Events come first: what somebody has said comes before the entry that they have left.
        let events = self.outbox.take_unsent(max).into_iter().map(Record::Event);
        let mut additions: Vec<Addition> = events.chain(names).map(Addition::Record).collect();
        if self.snapshot == Turn::Due {
            self.snapshot = Turn::Sent;
            additions.push(Addition::Snapshot(self.agreed.snapshot()));
        }
        Due { silent, additions }
    }
    // ANCHOR_END: take_due
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
