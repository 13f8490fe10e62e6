//! The seats that this process wants for its connections, and those that it has according to the log.
//! The difference is appended to the log, and is computed when it is sent: there is no queue.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use names::looks;

use crate::agreed::entry::{NameChange, ProcessId, Seat};

// ANCHOR: seats
/// The seats of this process.
#[derive(Default)]
pub(crate) struct Seats {
    /// The seats that our connections want. In boxes, because maps are often half empty.
    wanted: BTreeMap<u64, Box<Wanted>>,
    /// The seats that we have according to the log.
    had: HashMap<u64, Box<Had>>,
    /// Seats that were given up while Redis was away. Nobody sees them here, although the log has them.
    hidden: BTreeSet<u64>,
    /// Seats of members who were let in and are not present in the log yet.
    unsettled: BTreeSet<u64>,
    /// Seats whose two states must be compared.
    due: BTreeSet<u64>,
    next_number: u64,
}

/// A seat that one of our connections wants.
pub(crate) struct Wanted {
    pub(crate) room: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) session: Arc<str>,
    /// When the connection came, by the clock of the log.
    came: u64,
    /// Whether the member was let in. Until then, this is an attempt.
    pub(crate) is_admitted: bool,
    /// Whether this member was ever present in the log. If so, and another seat has the name now, this
    /// one has lost it. If not, it may still take the name over.
    pub(crate) had_seat: bool,
}

struct Had {
    room: Arc<str>,
    name: Arc<str>,
    /// The session, if a connection of ours has wanted the seat.
    session: Arc<str>,
    is_present: bool,
}
// ANCHOR_END: seats

impl Seats {
    /// Wants a seat, for a new connection. Returns its number.
    pub(crate) fn want(&mut self, room: Arc<str>, name: &str, session: &str, came: u64) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        let (name, session) = (name.into(), session.into());
        let (is_admitted, had_seat) = (false, false);
        let wanted = Wanted { room, name, session, came, is_admitted, had_seat };
        self.wanted.insert(number, Box::new(wanted));
        self.due.insert(number);
        number
    }

    /// A connection has ended, or has given up.
    pub(crate) fn unwant(&mut self, number: u64) -> Option<Wanted> {
        self.due.insert(number);
        self.unsettled.remove(&number);
        self.wanted.remove(&number).map(|wanted| *wanted)
    }

    /// Lets a member in, and returns the room; `None` if that was done before, or if the connection
    /// has ended.
    pub(crate) fn admit(&mut self, number: u64) -> Option<Arc<str>> {
        let wanted = self.wanted.get_mut(&number).filter(|wanted| !wanted.is_admitted)?;
        wanted.is_admitted = true;
        self.due.insert(number);
        if !self.had.get(&number).is_some_and(|had| had.is_present) {
            self.unsettled.insert(number);
        }
        Some(Arc::clone(&wanted.room))
    }

    /// Returns the other members of this process under the same name, whose connections are older.
    pub(crate) fn older_than(&self, number: u64) -> Vec<u64> {
        let Some(newer) = self.wanted.get(&number) else { return Vec::new() };
        let older = self.wanted.range(..number).filter(|(_, wanted)| {
            wanted.is_admitted && wanted.room == newer.room && wanted.name == newer.name
        });
        older.map(|(number, _)| *number).collect()
    }

    /// Returns the members in a room of whom the log does not say yet that they are present.
    pub(crate) fn unsettled_in(&self, room: &str) -> impl Iterator<Item = &Arc<str>> {
        let wanted = self.unsettled.iter().filter_map(|number| self.wanted.get(number));
        wanted.filter(move |wanted| *wanted.room == *room).map(|wanted| &wanted.name)
    }

    /// Returns whether we have this seat, according to the log.
    pub(crate) fn has(&self, number: u64) -> bool {
        self.had.contains_key(&number)
    }

    /// Returns the attempts that wait to be let in.
    pub(crate) fn attempts(&self) -> impl Iterator<Item = (u64, &Wanted)> {
        let attempts = self.wanted.iter().filter(|(_, wanted)| !wanted.is_admitted);
        attempts.map(|(number, wanted)| (*number, &**wanted))
    }

    /// Returns whether a connection here wants or has a name in this room.
    pub(crate) fn is_wanted(&self, room: &str) -> bool {
        self.wanted.values().any(|wanted| *wanted.room == *room)
    }

    /// Notes the state of one of our seats in the log: its member is present, or we do not have the
    /// seat. Returns its room if it was [hidden](Self::hide) until now.
    pub(crate) fn note(
        &mut self,
        number: u64,
        room: &Arc<str>,
        name: &Arc<str>,
        has: Option<bool>,
    ) -> Option<Arc<str>> {
        match has {
            Some(is_present) => {
                if let Some(wanted) = self.wanted.get_mut(&number) {
                    wanted.had_seat |= is_present;
                }
                if is_present {
                    self.unsettled.remove(&number);
                }
                let session = self.wanted.get(&number).map(|wanted| Arc::clone(&wanted.session));
                let session = session.unwrap_or_default();
                let (room, name) = (Arc::clone(room), Arc::clone(name));
                self.had.insert(number, Box::new(Had { room, name, session, is_present }));
                self.due.insert(number);
                None
            }
            None => self.lose(number),
        }
    }

    /// Notes that we do not have a seat, according to the log. Returns its room if it was
    /// [hidden](Self::hide) until now.
    pub(crate) fn lose(&mut self, number: u64) -> Option<Arc<str>> {
        let had = self.had.remove(&number);
        self.due.insert(number);
        if self.wanted.get(&number).is_some_and(|wanted| wanted.is_admitted) {
            self.unsettled.insert(number);
        }
        had.filter(|_| self.hidden.remove(&number)).map(|had| had.room)
    }

    /// Notes that we do not have any seats, according to the log. What we want is due again.
    pub(crate) fn lose_all(&mut self) {
        self.had.clear();
        let admitted = self.wanted.iter().filter(|(_, wanted)| wanted.is_admitted);
        self.unsettled = admitted.map(|(number, _)| *number).collect();
        self.send_again();
    }

    /// Returns the members who were let in, and whose seats the log does not know.
    pub(crate) fn lost(&self) -> impl Iterator<Item = (u64, &Wanted)> {
        let admitted = self.wanted.iter().filter(|(_, wanted)| wanted.is_admitted);
        let lost = admitted.filter(|(number, _)| !self.had.contains_key(number));
        lost.map(|(number, wanted)| (*number, &**wanted))
    }

    /// Hides a seat that was given up, until the log knows that it was.
    pub(crate) fn hide(&mut self, number: u64) {
        self.hidden.insert(number);
        self.hidden.retain(|number| self.had.contains_key(number));
    }

    /// Returns the hidden seats in a room that we have, according to the log.
    pub(crate) fn hidden_in(&self, room: &str) -> impl Iterator<Item = (u64, &Arc<str>)> {
        let hidden = self.hidden.iter().filter_map(|number| Some((*number, self.had.get(number)?)));
        hidden.filter(move |(_, had)| *had.room == *room).map(|(number, had)| (number, &had.name))
    }

    /// Whatever was sent may be lost.
    pub(crate) fn send_again(&mut self) {
        self.due = self.wanted.keys().chain(self.had.keys()).copied().collect();
    }

    /// All connections have ended.
    pub(crate) fn clear(&mut self) {
        self.wanted.clear();
        self.unsettled.clear();
        self.send_again();
    }

    /// Returns whether something may have to be sent.
    pub(crate) fn is_due(&self) -> bool {
        !self.due.is_empty()
    }

    /// Takes up to `max` changes that are to be sent. With `may_leave` false, seats that are given back
    /// are kept for later.
    ///
    /// If a visitor has come back over a new connection, the new seat comes before the old one leaves.
    /// Otherwise `left` and `joined` would be announced.
    pub(crate) fn take_due(
        &mut self,
        process: &ProcessId,
        max: usize,
        may_leave: bool,
    ) -> Vec<NameChange> {
        let (mut changes, mut leaving, mut later) = (Vec::new(), Vec::new(), BTreeSet::new());
        let (mut back, mut kept) = (BTreeSet::new(), BTreeSet::new());
        while changes.len() + leaving.len() < max
            && let Some(number) = self.due.pop_first()
        {
            match self.difference(process, number) {
                Some(NameChange::Leave { room, name, .. }) if !may_leave => {
                    later.insert(number);
                    kept.insert((room, name));
                }
                // This claim would be refused until that seat has been given back.
                Some(NameChange::Seat { room, name, is_present: false, .. })
                    if kept.contains(&(Arc::clone(&room), Arc::clone(&name)))
                        && !self.is_same_visitor(number, &room, &name) =>
                {
                    later.insert(number);
                }
                Some(change @ NameChange::Leave { .. }) => leaving.push((number, change)),
                Some(change) => {
                    if let Some(wanted) = self.wanted.get(&number) {
                        back.insert((&wanted.room, &wanted.name, &wanted.session));
                    }
                    changes.push(change);
                }
                None => {}
            }
        }
        let is_back = |number: &u64| {
            let had = self.had.get(number).filter(|had| !had.session.is_empty());
            had.is_some_and(|had| back.contains(&(&had.room, &had.name, &had.session)))
        };
        let (last, first): (Vec<_>, Vec<_>) =
            leaving.into_iter().partition(|(number, _)| is_back(number));
        let changes = first.into_iter().map(|(_, change)| change).chain(changes);
        let changes = changes.chain(last.into_iter().map(|(_, change)| change)).collect();
        self.due.append(&mut later);
        changes
    }

    /// Returns whether a seat that we have under a name is of the visitor who wants this one.
    fn is_same_visitor(&self, number: u64, room: &Arc<str>, name: &Arc<str>) -> bool {
        let Some(wanted) = self.wanted.get(&number) else { return false };
        let had = self.had.values();
        let mut seats = had.filter(|had| had.room == *room && had.name == *name);
        !wanted.session.is_empty() && seats.any(|had| had.session == wanted.session)
    }

    // ANCHOR: difference
    /// Returns the change that brings a seat in the log nearer to what we want, if there is one.
    fn difference(&self, process: &ProcessId, number: u64) -> Option<NameChange> {
        let seat = Seat { process: Arc::clone(process), number };
        let had = self.had.get(&number);
        let Some(wanted) = self.wanted.get(&number) else {
            let Had { room, name, .. } = &**had?;
            return Some(NameChange::Leave {
                room: Arc::clone(room),
                name: Arc::clone(name),
                seat,
            });
        };
        let is_done = match had {
            Some(had) => had.is_present || !wanted.is_admitted,
            None => false,
        };
        (!is_done).then(|| NameChange::Seat {
            room: Arc::clone(&wanted.room),
            name: Arc::clone(&wanted.name),
            looks: looks_of(&wanted.name),
            session: Arc::clone(&wanted.session),
            seat,
            is_present: wanted.is_admitted,
            came: wanted.came,
        })
    }
    // ANCHOR_END: difference
}

/// Returns what a name looks like. Most names look like themselves, and share their text.
fn looks_of(name: &Arc<str>) -> Arc<str> {
    let looks = looks(name);
    if looks == **name { Arc::clone(name) } else { looks.into() }
}
