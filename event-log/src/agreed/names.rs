//! Who holds which name. The order of the log decides, so all processes agree.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;

use crate::agreed::entry::{Claim, HeldName, NameChange, ProcessId, Seat};
use crate::event::EventId;

/// Names without a holder whose last session is remembered, seats that were given back, and
/// processes that are gone.
const REMEMBERED_MAX: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// All names, by room.
pub(crate) struct Names {
    rooms: HashMap<Arc<str>, HashMap<Arc<str>, Held>>,
    /// The last session of each name that became free lately.
    freed: LruCache<(Arc<str>, Arc<str>), Arc<str>>,
    /// Seats that were given back or replaced. An entry about them that comes later was sent before,
    /// over a connection that hung.
    spent: LruCache<Seat, ()>,
    /// The same for whole processes.
    gone: LruCache<ProcessId, ()>,
}

// ANCHOR: held
/// A name that is claimed or held.
struct Held {
    /// The secret of the visitor. Empty if the visitor has none, and cannot take the name over.
    session: Arc<str>,
    /// The seat of the member who is present.
    present: Option<Claim>,
    /// Seats of the same session that have claimed the name.
    claims: Vec<Claim>,
    /// Whether the member has ever been present.
    is_announced: bool,
}
// ANCHOR_END: held

/// What a change has led to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// A room in which somebody has joined, or which somebody has left.
    pub(crate) rooms: Vec<Arc<str>>,
    /// A seat whose claim was refused, because another session has the name.
    pub(crate) refused: Option<Seat>,
    /// Seats that have lost their name to another seat of the same session.
    pub(crate) replaced: Vec<Seat>,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            rooms: HashMap::new(),
            freed: LruCache::new(REMEMBERED_MAX),
            spent: LruCache::new(REMEMBERED_MAX),
            gone: LruCache::new(REMEMBERED_MAX),
        }
    }
}

impl Names {
    // ANCHOR: apply
    /// Applies the change at the place `id` of the log. Changes that repeat others, or come too late,
    /// do nothing.
    pub(crate) fn apply(&mut self, change: &NameChange, id: EventId) -> Outcome {
        match change {
            NameChange::Seat { room, name, session, seat, is_present, came } => {
                // A claim is as old as its entry. Who was let in without one is older than the entry.
                let came = EventId { milliseconds: *came, sequence: 0 };
                let since = if *is_present { came.min(id) } else { id };
                let claim = Claim { seat: seat.clone(), since };
                self.seat(room, name, session, claim, *is_present)
            }
            NameChange::Leave { room, name, seat } => {
                self.spent.push(seat.clone(), ());
                let mut outcome = Outcome::default();
                if self.leave(room, name, |other| other == seat) {
                    outcome.rooms.push(Arc::clone(room));
                }
                outcome
            }
            NameChange::Gone { process } => self.gone(process),
        }
    }
    // ANCHOR_END: apply

    // ANCHOR: seat
    /// Gives a seat to a claim, unless another session has the name. A member who is present takes
    /// the name over from an older seat of the same session, and an older seat does not take it back.
    fn seat(
        &mut self,
        room: &Arc<str>,
        name: &Arc<str>,
        session: &Arc<str>,
        claim: Claim,
        is_present: bool,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let seat = &claim.seat;
        if self.spent.contains(seat) || self.gone.contains(&seat.process) {
            outcome.refused = Some(seat.clone());
            return outcome;
        }
        let names = self.rooms.entry(Arc::clone(room)).or_default();
        let held = names.entry(Arc::clone(name)).or_insert_with(|| Held::new(session));
        let is_same_visitor = !session.is_empty() && held.session == *session;
        if !held.has_seats() || is_same_visitor || held.has(seat) {
            self.freed.pop(&(Arc::clone(room), Arc::clone(name)));
        } else {
            outcome.refused = Some(seat.clone());
            return outcome;
        }
        if held.is_present(seat) {
            return outcome;
        }
        let known = held.claims.iter().position(|other| other.seat == *seat);
        // What was known of the claim before counts, also when it comes again.
        let claim = known.map(|known| held.claims.remove(known)).unwrap_or(claim);
        if !is_present {
            held.claims.push(claim);
            return outcome;
        }
        // Of two connections of one visitor, the one that came later goes on.
        let older = match &held.present {
            Some(present) if present.since > claim.since => Some(claim),
            _ => held.present.replace(claim),
        };
        if let Some(Claim { seat, .. }) = older {
            self.spent.push(seat.clone(), ());
            outcome.replaced.push(seat);
        }
        if !held.is_announced {
            held.is_announced = true;
            outcome.rooms.push(Arc::clone(room));
        }
        outcome
    }
    // ANCHOR_END: seat

    /// Removes seats of a name. Returns whether a member who was present has left the room.
    fn leave(&mut self, room: &str, name: &str, is_left: impl Fn(&Seat) -> bool) -> bool {
        let Some(names) = self.rooms.get_mut(room) else { return false };
        let Some(held) = names.get_mut(name) else { return false };
        held.claims.retain(|claim| !is_left(&claim.seat));
        if held.present.as_ref().is_some_and(|present| is_left(&present.seat)) {
            held.present = None;
        }
        if held.has_seats() {
            // Another connection of the same visitor is about to be present.
            return false;
        }
        let Some((name, held)) = names.remove_entry(name) else { return false };
        if held.is_announced {
            self.freed.push((room.into(), name), held.session);
        }
        if names.is_empty() {
            self.rooms.remove(room);
        }
        held.is_announced
    }

    /// Removes all seats of a process.
    fn gone(&mut self, process: &ProcessId) -> Outcome {
        self.gone.push(Arc::clone(process), ());
        let mut outcome = Outcome::default();
        let is_of_process = |seat: &Seat| seat.process == *process;
        for (room, name) in self.names_of(process) {
            if self.leave(&room, &name, is_of_process) && outcome.rooms.last() != Some(&room) {
                outcome.rooms.push(room);
            }
        }
        outcome
    }

    /// Returns the rooms and names in which a process has a seat.
    fn names_of(&self, process: &str) -> Vec<(Arc<str>, Arc<str>)> {
        let mut found = Vec::new();
        for (room, names) in &self.rooms {
            let of_process =
                names.iter().filter(|(_, held)| held.seats().any(|seat| *seat.process == *process));
            found.extend(of_process.map(|(name, _)| (Arc::clone(room), Arc::clone(name))));
        }
        found
    }

    /// Returns the members who are present in a room.
    pub(crate) fn here(&self, room: &str) -> BTreeSet<Arc<str>> {
        let names = self.rooms.get(room).into_iter().flatten();
        names.filter(|(_, held)| held.is_announced).map(|(name, _)| Arc::clone(name)).collect()
    }

    /// Returns all rooms in which a name is claimed or held.
    pub(crate) fn all_rooms(&self) -> impl Iterator<Item = Arc<str>> {
        self.rooms.keys().cloned()
    }

    /// Returns the number of rooms in which a name is claimed or held.
    pub(crate) fn rooms(&self) -> usize {
        self.rooms.len()
    }

    /// Returns whether a name is claimed or held in this room.
    pub(crate) fn is_occupied(&self, room: &str) -> bool {
        self.rooms.contains_key(room)
    }

    /// Returns whether a session has a name, or was the last to have it. An empty session never
    /// does.
    pub(crate) fn belongs_to(&self, room: &str, name: &str, session: &str) -> bool {
        let held = self.rooms.get(room).and_then(|names| names.get(name));
        let freed = || self.freed.peek(&(room.into(), name.into()));
        let owner = held.map(|held| &held.session).or_else(freed);
        !session.is_empty() && owner.is_some_and(|owner| **owner == *session)
    }

    /// Returns whether a seat has claimed or holds this name, and whether its member is present.
    pub(crate) fn seat_of(&self, room: &str, name: &str, seat: &Seat) -> Option<bool> {
        let held = self.rooms.get(room)?.get(name)?;
        held.has(seat).then(|| held.is_present(seat))
    }

    /// Returns the seat that is present under a name, if any.
    pub(crate) fn present(&self, room: &str, name: &str) -> Option<&Seat> {
        Some(&self.rooms.get(room)?.get(name)?.present.as_ref()?.seat)
    }

    /// Returns whether another seat of this session is present under this name.
    pub(crate) fn goes_on(&self, room: &str, name: &str, session: &str) -> bool {
        let held = self.rooms.get(room).and_then(|names| names.get(name));
        let present = held.filter(|held| held.present.is_some());
        !session.is_empty() && present.is_some_and(|held| *held.session == *session)
    }

    /// Returns whether this seat is the only one under a name.
    pub(crate) fn is_only_seat(&self, room: &str, name: &str, seat: &Seat) -> bool {
        let held = self.rooms.get(room).and_then(|names| names.get(name));
        held.is_some_and(|held| held.seats().all(|other| other == seat))
    }

    /// Returns all seats of a process, each with its room and name.
    pub(crate) fn seats_of(&self, process: &str) -> Vec<(Seat, Arc<str>, Arc<str>)> {
        let mut found = Vec::new();
        for (room, name) in self.names_of(process) {
            let held = self.rooms.get(&room).and_then(|names| names.get(&name));
            let seats = held.into_iter().flat_map(Held::seats);
            let own = seats.filter(|seat| *seat.process == *process).cloned();
            found.extend(own.map(|seat| (seat, Arc::clone(&room), Arc::clone(&name))));
        }
        found
    }

    /// Returns whether the log says that a process is gone.
    pub(crate) fn is_gone(&self, process: &ProcessId) -> bool {
        self.gone.contains(process)
    }

    /// Returns all processes that have a seat.
    pub(crate) fn processes(&self) -> BTreeSet<ProcessId> {
        let held = self.rooms.values().flat_map(HashMap::values);
        held.flat_map(Held::seats).map(|seat| Arc::clone(&seat.process)).collect()
    }

    /// Returns all names, for a snapshot.
    pub(crate) fn all(&self) -> Vec<HeldName> {
        let mut all = Vec::new();
        for (room, names) in &self.rooms {
            all.extend(names.iter().map(|(name, held)| HeldName {
                room: Arc::clone(room),
                name: Arc::clone(name),
                session: Arc::clone(&held.session),
                present: held.present.clone(),
                claims: held.claims.clone(),
                is_announced: held.is_announced,
            }));
        }
        all.sort_unstable_by(|left, right| {
            (&left.room, &left.name).cmp(&(&right.room, &right.name))
        });
        all
    }

    /// Replaces all names by those of a snapshot. Returns the rooms in which somebody is or was.
    pub(crate) fn replace(&mut self, all: &[HeldName]) -> Vec<Arc<str>> {
        let mut touched: BTreeSet<Arc<str>> = self.rooms.drain().map(|(room, _)| room).collect();
        for held in all {
            touched.insert(Arc::clone(&held.room));
            let names = self.rooms.entry(Arc::clone(&held.room)).or_default();
            let copy = Held {
                session: Arc::clone(&held.session),
                present: held.present.clone(),
                claims: held.claims.clone(),
                is_announced: held.is_announced,
            };
            names.insert(Arc::clone(&held.name), copy);
        }
        touched.into_iter().collect()
    }
}

impl Held {
    fn new(session: &Arc<str>) -> Self {
        let session = Arc::clone(session);
        Self { session, present: None, claims: Vec::new(), is_announced: false }
    }

    fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.claims.iter().chain(&self.present).map(|claim| &claim.seat)
    }

    fn has_seats(&self) -> bool {
        self.present.is_some() || !self.claims.is_empty()
    }

    fn is_present(&self, seat: &Seat) -> bool {
        self.present.as_ref().is_some_and(|present| present.seat == *seat)
    }

    fn has(&self, seat: &Seat) -> bool {
        self.seats().any(|other| other == seat)
    }
}
