//! The seats that this process wants for its connections, and those that the log says it has. What
//! is appended about names is the difference, and is found out when it is sent: there is no queue.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::agreed::entry::{NameChange, ProcessId, Seat};

// ANCHOR: seats
/// The seats of this process.
#[derive(Default)]
pub(crate) struct Seats {
    wanted: BTreeMap<u64, Wanted>,
    /// Seats that the log says we have: their rooms and names, and whether their members are present.
    had: HashMap<u64, Had>,
    /// Seats that were given up while Redis was away. They are not shown, although the log has them.
    hidden: BTreeSet<u64>,
    /// Seats of which it must be looked at whether the log has to be told something.
    due: BTreeSet<u64>,
    next_number: u64,
}

/// A seat that one of our connections wants.
pub(crate) struct Wanted {
    pub(crate) room: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) session: Arc<str>,
    /// Whether the member was let in. Until then, this is an attempt.
    pub(crate) is_admitted: bool,
    /// Whether the log has ever said that this member is present. Somebody who was let in while Redis
    /// was away takes the name over from an older connection; somebody who was present has lost it.
    pub(crate) had_seat: bool,
}

struct Had {
    room: Arc<str>,
    name: Arc<str>,
    is_present: bool,
}
// ANCHOR_END: seats

impl Seats {
    /// Wants a seat, for a new connection. Returns its number.
    pub(crate) fn want(&mut self, room: &str, name: &str, session: &str) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        let (room, name, session) = (room.into(), name.into(), session.into());
        self.wanted
            .insert(number, Wanted { room, name, session, is_admitted: false, had_seat: false });
        self.due.insert(number);
        number
    }

    /// A connection has ended, or has given up.
    pub(crate) fn unwant(&mut self, number: u64) -> Option<Wanted> {
        self.due.insert(number);
        self.wanted.remove(&number)
    }

    /// Lets a member in. Returns `false` if that was done before, or if the connection has ended.
    pub(crate) fn admit(&mut self, number: u64) -> bool {
        let Some(wanted) = self.wanted.get_mut(&number).filter(|wanted| !wanted.is_admitted) else {
            return false;
        };
        wanted.is_admitted = true;
        self.due.insert(number);
        true
    }

    /// Returns the attempts that wait to be let in.
    pub(crate) fn attempts(&self) -> impl Iterator<Item = (u64, &Wanted)> {
        let attempts = self.wanted.iter().filter(|(_, wanted)| !wanted.is_admitted);
        attempts.map(|(number, wanted)| (*number, wanted))
    }

    /// Returns whether a connection here wants or has a name in this room.
    pub(crate) fn is_wanted(&self, room: &str) -> bool {
        self.wanted.values().any(|wanted| *wanted.room == *room)
    }

    /// Notes what the log says of one of our seats: whether its member is present, or that we do not
    /// have it. Returns its room if it was [hidden](Self::hide) until now.
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
                let (room, name) = (Arc::clone(room), Arc::clone(name));
                self.had.insert(number, Had { room, name, is_present });
                self.due.insert(number);
                None
            }
            None => self.lose(number),
        }
    }

    /// The log says that we do not have a seat. Returns its room if it was [hidden](Self::hide) until
    /// now.
    pub(crate) fn lose(&mut self, number: u64) -> Option<Arc<str>> {
        let had = self.had.remove(&number);
        self.due.insert(number);
        had.filter(|_| self.hidden.remove(&number)).map(|had| had.room)
    }

    /// The log says that we have no seats at all. What we want is due again.
    pub(crate) fn lose_all(&mut self) {
        self.had.clear();
        self.send_again();
    }

    /// Returns the members who were let in, and whose seats the log does not know.
    pub(crate) fn lost(&self) -> impl Iterator<Item = (u64, &Wanted)> {
        let admitted = self.wanted.iter().filter(|(_, wanted)| wanted.is_admitted);
        let lost = admitted.filter(|(number, _)| !self.had.contains_key(number));
        lost.map(|(number, wanted)| (*number, wanted))
    }

    /// Hides a seat that was given up, until the log knows that it was.
    pub(crate) fn hide(&mut self, number: u64) {
        self.hidden.insert(number);
        self.hidden.retain(|number| self.had.contains_key(number));
    }

    /// Returns the seats in a room that the log says we have, and that are hidden.
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
        self.send_again();
    }

    /// Returns whether something may have to be sent.
    pub(crate) fn is_due(&self) -> bool {
        !self.due.is_empty()
    }

    // ANCHOR: take_due
    /// Takes up to `max` changes that have to be sent.
    pub(crate) fn take_due(&mut self, process: &ProcessId, max: usize) -> Vec<NameChange> {
        let mut changes = Vec::new();
        while changes.len() < max
            && let Some(number) = self.due.pop_first()
        {
            changes.extend(self.difference(process, number));
        }
        changes
    }

    /// Returns the change that brings the log nearer to what we want of a seat, if there is one.
    fn difference(&self, process: &ProcessId, number: u64) -> Option<NameChange> {
        let seat = Seat { process: Arc::clone(process), number };
        let had = self.had.get(&number);
        let Some(wanted) = self.wanted.get(&number) else {
            let Had { room, name, .. } = had?;
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
            session: Arc::clone(&wanted.session),
            seat,
            is_present: wanted.is_admitted,
        })
    }
    // ANCHOR_END: take_due
}
