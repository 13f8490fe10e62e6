//! The holders of all names. The order of the log decides, so all processes agree.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;

use crate::agreed::entry::{Claim, Held, HeldName, NameChange, ProcessId, Seat};
use crate::event::EventId;

/// Names without a holder whose last session is remembered, seats that were given back, and
/// processes that are gone.
const REMEMBERED_MAX: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// All names, by room.
pub(crate) struct Names {
    rooms: HashMap<Arc<str>, BTreeMap<Arc<str>, Held>>,
    /// The looks and the names of all that are claimed or held, by room.
    looks: HashMap<Arc<str>, BTreeSet<[Arc<str>; 2]>>,
    /// The last session of each name that became free lately.
    freed: LruCache<(Arc<str>, Arc<str>), Arc<str>>,
    /// Seats that were given back or replaced. An entry about them that comes later was sent before,
    /// over a connection that hung.
    spent: LruCache<Seat, ()>,
    /// The same for whole processes.
    gone: LruCache<ProcessId, ()>,
}

/// The effects of a change.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// A room in which somebody has joined, or which somebody has left.
    pub(crate) rooms: Vec<Arc<str>>,
    /// A seat whose claim was refused, and why.
    pub(crate) refused: Option<(Seat, Refusal)>,
    /// Seats that have lost their name to another seat of the same session.
    pub(crate) replaced: Vec<Seat>,
}

/// Why a claim is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Another visitor has the name.
    Taken,
    /// Another visitor has a name that looks like it.
    Alike,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            rooms: HashMap::new(),
            looks: HashMap::new(),
            freed: LruCache::new(REMEMBERED_MAX),
            spent: LruCache::new(REMEMBERED_MAX),
            gone: LruCache::new(REMEMBERED_MAX),
        }
    }
}

impl Names {
    // ANCHOR: apply
    /// Applies the change that is at the place `id` of the log. A change that repeats another one, or
    /// comes too late, has no effect.
    pub(crate) fn apply(&mut self, change: &NameChange, id: EventId) -> Outcome {
        match change {
            NameChange::Seat { room, name, looks, session, seat, is_present, came } => {
                // A claim is as old as its entry. A member who was let in without one came earlier.
                let came = EventId { milliseconds: *came, sequence: 0 };
                let since = if *is_present { came.min(id) } else { id };
                let claim = Claim { seat: seat.clone(), since };
                self.seat(room, name, looks, session, claim, *is_present)
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
    /// Lets a seat have a name, unless another visitor has it, or one that looks like it. A member who
    /// is present takes the name over from an older seat of the same session. An older seat cannot take
    /// it back.
    fn seat(
        &mut self,
        room: &Arc<str>,
        name: &Arc<str>,
        looks: &Arc<str>,
        session: &Arc<str>,
        claim: Claim,
        is_present: bool,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let seat = &claim.seat;
        if self.spent.contains(seat) || self.gone.contains(&seat.process) {
            outcome.refused = Some((seat.clone(), Refusal::Taken));
            return outcome;
        }
        let is_free = !self.rooms.get(room).is_some_and(|names| names.contains_key(name));
        if is_free && self.is_alike_taken(room, name, looks, session) {
            outcome.refused = Some((seat.clone(), Refusal::Alike));
            return outcome;
        }
        if is_free {
            self.insert_looks(room, looks, name);
        }
        let names = self.rooms.entry(Arc::clone(room)).or_default();
        let held = names.entry(Arc::clone(name)).or_insert_with(|| Held::new(session, looks));
        let is_same_visitor = !session.is_empty() && held.session == *session;
        if !held.has_seats() || is_same_visitor || held.has(seat) {
            self.freed.pop(&(Arc::clone(room), Arc::clone(name)));
        } else {
            outcome.refused = Some((seat.clone(), Refusal::Taken));
            return outcome;
        }
        // ANCHOR_END: seat
        // ANCHOR: present
        if held.is_present(seat) {
            return outcome;
        }
        let known = held.claims.iter().position(|other| other.seat == *seat);
        // If the claim comes again, it is as old as it was the first time.
        let claim = known.map(|known| held.claims.remove(known)).unwrap_or(claim);
        if !is_present {
            held.claims.push(claim);
            return outcome;
        }
        if held.claims.is_empty() {
            // Most members never have a second claim, so we free the memory for it.
            held.claims = Vec::new();
        }
        // Of two connections of one visitor, the later one goes on.
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
    // ANCHOR_END: present

    /// Remembers what a name looks like, if that is known.
    fn insert_looks(&mut self, room: &Arc<str>, looks: &Arc<str>, name: &Arc<str>) {
        if !looks.is_empty() {
            let all = self.looks.entry(Arc::clone(room)).or_default();
            all.insert([looks, name].map(Arc::clone));
        }
    }

    /// Returns whether another visitor has a name in this room that looks like this one. The same
    /// visitor may have both: somebody who changes a name may still be here under the old one.
    pub(crate) fn is_alike_taken(
        &self,
        room: &str,
        name: &str,
        looks: &str,
        session: &str,
    ) -> bool {
        let Some(all) = self.looks.get(room) else { return false };
        let alike = all.range([looks.into(), Arc::default()]..).take_while(|it| *it[0] == *looks);
        alike.map(|[_, other]| other).filter(|other| ***other != *name).any(|other| {
            let held = self.rooms.get(room).and_then(|names| names.get(other));
            held.is_some_and(|held| session.is_empty() || *held.session != *session)
        })
    }

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
        if let Some(looks) = self.looks.get_mut(room) {
            looks.remove(&[Arc::clone(&held.looks), Arc::clone(&name)]);
        }
        if held.is_announced {
            self.freed.push((room.into(), name), held.session);
        }
        if names.is_empty() {
            self.rooms.remove(room);
            self.looks.remove(room);
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

    /// Returns whether a process is gone, according to the log.
    pub(crate) fn is_gone(&self, process: &ProcessId) -> bool {
        self.gone.contains(process)
    }

    /// Returns all processes that have a seat.
    pub(crate) fn processes(&self) -> BTreeSet<ProcessId> {
        let held = self.rooms.values().flat_map(BTreeMap::values);
        held.flat_map(Held::seats).map(|seat| Arc::clone(&seat.process)).collect()
    }

    /// Returns the text of a room that all its names share, if it has any.
    pub(crate) fn shared(&self, room: &str) -> Option<Arc<str>> {
        self.rooms.get_key_value(room).map(|(room, _)| Arc::clone(room))
    }

    /// Returns all names, for a snapshot.
    pub(crate) fn all(&self) -> Vec<HeldName> {
        let mut all = Vec::new();
        for (room, names) in &self.rooms {
            all.extend(names.iter().map(|(name, held)| HeldName {
                room: Arc::clone(room),
                name: Arc::clone(name),
                held: held.clone(),
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
        self.looks.clear();
        for HeldName { room, name, held } in all {
            self.insert_looks(room, &held.looks, name);
            touched.insert(Arc::clone(room));
            for seat in held.seats() {
                self.spent.pop(seat);
                self.gone.pop(&seat.process);
            }
            let names = self.rooms.entry(Arc::clone(room)).or_default();
            names.insert(Arc::clone(name), held.clone());
        }
        touched.into_iter().collect()
    }
}

impl Held {
    fn new(session: &Arc<str>, looks: &Arc<str>) -> Self {
        let (session, looks) = (Arc::clone(session), Arc::clone(looks));
        Self { session, present: None, claims: Vec::new(), is_announced: false, looks }
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

#[cfg(test)]
mod tests {
    use ::names::looks;
    use proptest::prelude::*;

    use super::*;

    /// All seats of one process, in one room.
    struct Tea {
        names: Names,
        /// The last place in the log.
        place: EventId,
    }

    fn seat(seat: (&str, u64)) -> Seat {
        Seat { process: seat.0.into(), number: seat.1 }
    }

    fn joined_or_left() -> Outcome {
        Outcome { rooms: vec!["tea".into()], ..Outcome::default() }
    }

    fn refused(place: (&str, u64)) -> Outcome {
        Outcome { refused: Some((seat(place), Refusal::Taken)), ..Outcome::default() }
    }

    fn replaced(place: (&str, u64)) -> Outcome {
        Outcome { replaced: vec![seat(place)], ..Outcome::default() }
    }

    fn nothing() -> Outcome {
        Outcome::default()
    }

    impl Tea {
        fn new() -> Self {
            Self { names: Names::default(), place: EventId::default() }
        }

        fn seat(
            &mut self,
            name: &str,
            session: &str,
            place: (&str, u64),
            is_present: bool,
        ) -> Outcome {
            let looks = looks(name).into();
            let (room, name, session, seat) =
                ("tea".into(), name.into(), session.into(), seat(place));
            // Without a claim in the log, as late as its entry.
            let came = u64::MAX;
            self.apply(&NameChange::Seat { room, name, looks, session, seat, is_present, came })
        }

        /// Applies a change at the next place of the log.
        fn apply(&mut self, change: &NameChange) -> Outcome {
            self.place = self.place.next(0);
            self.names.apply(change, self.place)
        }

        fn claims(&mut self, name: &str, session: &str, place: (&str, u64)) -> Outcome {
            self.seat(name, session, place, false)
        }

        fn is_present(&mut self, name: &str, session: &str, place: (&str, u64)) -> Outcome {
            self.seat(name, session, place, true)
        }

        fn leaves(&mut self, name: &str, place: (&str, u64)) -> Outcome {
            let (room, name, seat) = ("tea".into(), name.into(), seat(place));
            self.apply(&NameChange::Leave { room, name, seat })
        }

        fn gone(&mut self, process: &str) -> Outcome {
            self.apply(&NameChange::Gone { process: process.into() })
        }

        fn here(&self) -> Vec<Arc<str>> {
            self.names.here("tea").into_iter().collect()
        }

        fn has(&self, name: &str, place: (&str, u64)) -> Option<bool> {
            self.names.seat_of("tea", name, &seat(place))
        }
    }

    fn names(names: &[&str]) -> Vec<Arc<str>> {
        names.iter().map(|name| Arc::from(*name)).collect()
    }

    #[test]
    fn others_see_a_member_who_is_present_and_not_a_claim() {
        let mut tea = Tea::new();
        assert_eq!(tea.claims("Ada", "a", ("p", 1)), nothing());
        assert_eq!((tea.here(), tea.has("Ada", ("p", 1))), (vec![], Some(false)));
        assert_eq!(tea.is_present("Ada", "a", ("p", 1)), joined_or_left());
        assert_eq!((tea.here(), tea.has("Ada", ("p", 1))), (names(&["Ada"]), Some(true)));
        assert_eq!(tea.leaves("Ada", ("p", 1)), joined_or_left());
        assert_eq!((tea.here(), tea.has("Ada", ("p", 1))), (vec![], None));
        assert_eq!((tea.names.rooms(), tea.names.is_occupied("tea")), (0, false));
    }

    /// A client that gives up before it was let in was never here.
    #[test]
    fn a_claim_that_is_given_up_is_not_seen_and_frees_the_name() {
        let mut tea = Tea::new();
        tea.claims("Ada", "a", ("p", 1));
        assert_eq!(tea.leaves("Ada", ("p", 1)), nothing());
        assert!(!tea.names.is_occupied("tea"));
        assert_eq!(tea.claims("Ada", "b", ("q", 1)), nothing());
        assert_eq!(tea.has("Ada", ("q", 1)), Some(false));
    }

    #[test]
    fn the_first_claim_has_the_name_and_another_session_is_refused() {
        let mut tea = Tea::new();
        tea.claims("Ada", "a", ("p", 1));
        for session in ["b", ""] {
            assert_eq!(tea.claims("Ada", session, ("q", 1)), refused(("q", 1)));
            assert_eq!(tea.is_present("Ada", session, ("q", 1)), refused(("q", 1)));
        }
        tea.is_present("Ada", "a", ("p", 1));
        assert_eq!(tea.claims("Ada", "b", ("q", 1)), refused(("q", 1)));
        // Nothing is left of the refused claims, and the holder has noticed nothing.
        assert_eq!((tea.has("Ada", ("q", 1)), tea.has("Ada", ("p", 1))), (None, Some(true)));
        // Another name is free, and the name is free in another room.
        assert_eq!(tea.claims("Bob", "b", ("q", 2)), nothing());
        let elsewhere = NameChange::Seat {
            room: "coffee".into(),
            name: "Ada".into(),
            looks: "Ada".into(),
            session: "b".into(),
            seat: seat(("q", 3)),
            is_present: true,
            came: 0,
        };
        assert_eq!(tea.apply(&elsewhere).rooms, names(&["coffee"]));
        // The name is free when the holder has left. A refused seat may then be sent again.
        tea.leaves("Ada", ("p", 1));
        assert_eq!(tea.claims("Ada", "b", ("q", 1)), nothing());
    }

    /// A visitor is let in over one connection, loses it, and comes back over another process at once.
    /// What the first process writes of it may arrive last.
    #[test]
    fn of_two_connections_the_one_with_the_later_claim_goes_on() {
        let mut tea = Tea::new();
        tea.claims("Ada", "a", ("p", 1));
        tea.claims("Ada", "a", ("q", 1));
        assert_eq!(tea.is_present("Ada", "a", ("q", 1)), joined_or_left());
        assert_eq!(tea.is_present("Ada", "a", ("p", 1)), replaced(("p", 1)));
        assert_eq!((tea.has("Ada", ("p", 1)), tea.has("Ada", ("q", 1))), (None, Some(true)));
    }

    /// While Redis is away, members are let in without a claim, and the time at which they came counts.
    #[test]
    fn of_two_connections_without_a_claim_the_one_that_came_later_goes_on() {
        let mut tea = Tea::new();
        let seat_at = |process: &str, came: u64| NameChange::Seat {
            room: "tea".into(),
            name: "Ada".into(),
            looks: "Ada".into(),
            session: "a".into(),
            seat: seat((process, 1)),
            is_present: true,
            came,
        };
        tea.place = EventId { milliseconds: 1000, sequence: 0 };
        assert_eq!(tea.apply(&seat_at("q", 500)), joined_or_left());
        assert_eq!(tea.apply(&seat_at("p", 400)), replaced(("p", 1)));
        assert_eq!(tea.apply(&seat_at("r", 600)), replaced(("q", 1)));
        // A clock that is ahead does not make a connection newer than a claim that comes after it.
        assert_eq!(tea.apply(&seat_at("s", 9999)), replaced(("r", 1)));
        tea.claims("Ada", "a", ("t", 1));
        assert_eq!(tea.is_present("Ada", "a", ("t", 1)), replaced(("s", 1)));
    }

    /// "Ada" with a Cyrillic letter is another name, and nobody would see it.
    #[test]
    fn a_name_that_looks_like_one_that_is_taken_is_refused() {
        let alike = |place| Outcome { refused: Some((seat(place), Refusal::Alike)), ..nothing() };
        let mut tea = Tea::new();
        tea.claims("Ada", "a", ("p", 1));
        for session in ["b", ""] {
            assert_eq!(tea.claims("Аda", session, ("q", 1)), alike(("q", 1)));
            assert_eq!(tea.is_present("Аda", session, ("q", 1)), alike(("q", 1)));
        }
        assert!(tea.names.is_alike_taken("tea", "Аda", "Ada", "b"));
        // Nothing is left of it. The same visitor may have both.
        assert_eq!(tea.names.all().len(), 1);
        assert_eq!(tea.is_present("Аda", "a", ("q", 2)), joined_or_left());
        assert_eq!(tea.is_present("Ada", "a", ("p", 1)), joined_or_left());
        assert_eq!(tea.here(), names(&["Ada", "Аda"]));
        // As long as one of them is held, no third one looks like it.
        assert_eq!(tea.leaves("Ada", ("p", 1)), joined_or_left());
        assert_eq!(tea.claims("Ada", "b", ("q", 3)), alike(("q", 3)));
        // A snapshot knows it, too.
        let mut copy = Names::default();
        copy.replace(&tea.names.all());
        assert!(copy.is_alike_taken("tea", "Ada", "Ada", "b"));
        assert_eq!(tea.leaves("Аda", ("q", 2)), joined_or_left());
        assert_eq!(tea.is_present("Adа", "b", ("q", 4)), joined_or_left());
        assert!(!tea.names.is_alike_taken("coffee", "Ada", "Ada", "c"));
        // The names of an earlier version have no looks, and do not look like each other.
        let old = |name: &str| NameChange::Seat {
            room: "coffee".into(),
            name: name.into(),
            looks: "".into(),
            session: name.into(),
            seat: seat((name, 1)),
            is_present: true,
            came: 0,
        };
        for name in ["Ada", "Bob"] {
            assert_eq!(tea.apply(&old(name)).refused, None);
        }
    }

    /// Two visitors without a secret are not the same visitor.
    #[test]
    fn an_empty_session_takes_nothing_over() {
        let mut tea = Tea::new();
        tea.is_present("Ada", "", ("p", 1));
        assert_eq!(tea.claims("Ada", "", ("p", 2)), refused(("p", 2)));
        // But the seat that has the name keeps it, whatever is repeated.
        assert_eq!(tea.claims("Ada", "", ("p", 1)), nothing());
        assert_eq!(tea.has("Ada", ("p", 1)), Some(true));
        tea.leaves("Ada", ("p", 1));
        assert!(!tea.names.belongs_to("tea", "Ada", ""));
    }

    /// The old connection keeps the name until the new one is present. No other member notices.
    #[test]
    fn the_same_session_takes_the_name_over_when_its_member_is_present() {
        let mut tea = Tea::new();
        tea.is_present("Ada", "a", ("p", 1));
        assert_eq!(tea.claims("Ada", "a", ("q", 1)), nothing());
        assert_eq!((tea.has("Ada", ("p", 1)), tea.has("Ada", ("q", 1))), (Some(true), Some(false)));
        assert_eq!(tea.is_present("Ada", "a", ("q", 1)), replaced(("p", 1)));
        assert_eq!((tea.has("Ada", ("p", 1)), tea.has("Ada", ("q", 1))), (None, Some(true)));
        assert_eq!(tea.names.present("tea", "Ada"), Some(&seat(("q", 1))));
        // What the old connection does now changes nothing.
        assert_eq!(tea.leaves("Ada", ("p", 1)), nothing());
        assert_eq!(tea.here(), names(&["Ada"]));
        assert_eq!(tea.leaves("Ada", ("q", 1)), joined_or_left());
    }

    /// Of many windows of one visitor, the one that came last has the name.
    #[test]
    fn claims_of_the_same_session_wait_side_by_side() {
        let mut tea = Tea::new();
        for number in 1..=3 {
            assert_eq!(tea.claims("Ada", "a", ("p", number)), nothing());
        }
        assert_eq!(tea.is_present("Ada", "a", ("p", 2)), joined_or_left());
        assert_eq!(tea.is_present("Ada", "a", ("p", 1)), replaced(("p", 1)));
        assert_eq!(tea.is_present("Ada", "a", ("p", 3)), replaced(("p", 2)));
        assert_eq!(tea.leaves("Ada", ("p", 3)), joined_or_left());
    }

    /// A page whose connection was lost and that is about to be back has not left.
    #[test]
    fn a_member_has_left_when_the_last_seat_is_given_back() {
        let mut tea = Tea::new();
        tea.is_present("Ada", "a", ("p", 1));
        tea.claims("Ada", "a", ("q", 1));
        assert_eq!(tea.leaves("Ada", ("p", 1)), nothing());
        assert_eq!(tea.here(), names(&["Ada"]));
        // Meanwhile the name is not free.
        assert_eq!(tea.claims("Ada", "b", ("q", 2)), refused(("q", 2)));
        assert_eq!(tea.is_present("Ada", "a", ("q", 1)), nothing());
        assert_eq!(tea.here(), names(&["Ada"]));
        // The same, and the claim is given up.
        tea.claims("Ada", "a", ("p", 2));
        assert_eq!(tea.leaves("Ada", ("q", 1)), nothing());
        assert_eq!(tea.leaves("Ada", ("p", 2)), joined_or_left());
        assert_eq!(tea.here(), names(&[]));
    }

    /// An entry that was sent over a connection that hung may come after the one that gives the seat
    /// back. It gives nobody a name.
    #[test]
    fn an_entry_about_a_seat_that_was_given_back_does_nothing() {
        let mut tea = Tea::new();
        assert_eq!(tea.leaves("Ada", ("p", 1)), nothing());
        assert_eq!(tea.claims("Ada", "a", ("p", 1)), refused(("p", 1)));
        assert_eq!(tea.is_present("Ada", "a", ("p", 1)), refused(("p", 1)));
        assert!(!tea.names.is_occupied("tea"));
        tea.is_present("Ada", "b", ("q", 1));
        assert_eq!(tea.is_present("Ada", "a", ("p", 1)), refused(("p", 1)));
        assert_eq!(tea.has("Ada", ("q", 1)), Some(true));
    }

    /// Otherwise an old window would take the name back from the new one.
    #[test]
    fn a_late_entry_about_a_replaced_seat_does_not_take_the_name_back() {
        let mut tea = Tea::new();
        tea.is_present("Ada", "a", ("p", 1));
        tea.is_present("Ada", "a", ("q", 1));
        assert_eq!(tea.claims("Ada", "a", ("p", 1)), refused(("p", 1)));
        assert_eq!(tea.is_present("Ada", "a", ("p", 1)), refused(("p", 1)));
        assert_eq!((tea.has("Ada", ("q", 1)), tea.has("Ada", ("p", 1))), (Some(true), None));
    }

    /// An entry that may be lost is sent again, so it may arrive twice.
    #[test]
    fn entries_that_are_repeated_do_nothing() {
        let mut tea = Tea::new();
        tea.claims("Ada", "a", ("p", 1));
        assert_eq!(tea.claims("Ada", "a", ("p", 1)), nothing());
        tea.is_present("Ada", "a", ("p", 1));
        assert_eq!(tea.is_present("Ada", "a", ("p", 1)), nothing());
        // A claim that comes once more does not make the member absent.
        assert_eq!(tea.claims("Ada", "a", ("p", 1)), nothing());
        assert_eq!(tea.has("Ada", ("p", 1)), Some(true));
        tea.leaves("Ada", ("p", 1));
        assert_eq!(tea.leaves("Ada", ("p", 1)), nothing());
        assert_eq!(tea.leaves("Nobody", ("p", 9)), nothing());
        // The repeated claim was not a second one.
        assert!(!tea.names.is_occupied("tea"));
    }

    /// The claim may have been lost with an old Redis.
    #[test]
    fn a_member_may_be_present_without_a_claim() {
        let mut tea = Tea::new();
        assert_eq!(tea.is_present("Ada", "a", ("p", 1)), joined_or_left());
        assert_eq!(tea.has("Ada", ("p", 1)), Some(true));
    }

    #[test]
    fn the_seats_of_a_process_that_is_gone_are_given_back() {
        let mut tea = Tea::new();
        tea.is_present("Ada", "a", ("p", 1));
        tea.is_present("Bob", "b", ("p", 2));
        tea.claims("Cy", "c", ("p", 3));
        tea.is_present("Dee", "d", ("q", 1));
        let sorted = |mut processes: Vec<ProcessId>| {
            processes.sort();
            processes
        };
        assert_eq!(sorted(tea.names.processes().into_iter().collect()), names(&["p", "q"]));
        assert_eq!(tea.names.seats_of("p").len(), 3);
        assert_eq!(tea.gone("p"), joined_or_left());
        assert_eq!(tea.here(), names(&["Dee"]));
        assert_eq!(tea.names.seats_of("p"), []);
        assert_eq!(tea.names.processes(), BTreeSet::from(["q".into()]));
        // Its names are free, and what it has sent before does nothing.
        assert_eq!(tea.is_present("Ada", "a", ("p", 1)), refused(("p", 1)));
        assert_eq!(tea.claims("Eve", "e", ("p", 4)), refused(("p", 4)));
        assert_eq!(tea.is_present("Cy", "other", ("q", 2)), joined_or_left());
        assert_eq!(tea.gone("p"), nothing());
        assert_eq!(tea.here(), names(&["Cy", "Dee"]));
    }

    #[test]
    fn a_member_who_comes_back_over_another_process_does_not_go_with_the_old_one() {
        let mut tea = Tea::new();
        tea.is_present("Ada", "a", ("p", 1));
        tea.claims("Ada", "a", ("q", 1));
        assert_eq!(tea.gone("p"), nothing());
        assert_eq!(tea.here(), names(&["Ada"]));
        assert_eq!(tea.is_present("Ada", "a", ("q", 1)), nothing());
        // Now the old process's claim is the one that goes.
        tea.claims("Ada", "a", ("r", 1));
        assert_eq!(tea.gone("r"), nothing());
        assert_eq!(tea.gone("q"), joined_or_left());
    }

    /// So somebody who comes back while Redis is away is recognised.
    #[test]
    fn a_free_name_belongs_to_the_session_that_had_it_last() {
        let mut tea = Tea::new();
        assert!(!tea.names.belongs_to("tea", "Ada", "a"));
        tea.claims("Ada", "a", ("p", 1));
        assert!(tea.names.belongs_to("tea", "Ada", "a"));
        assert!(!tea.names.belongs_to("tea", "Ada", "b"));
        // A name that was only claimed belonged to nobody.
        tea.leaves("Ada", ("p", 1));
        assert!(!tea.names.belongs_to("tea", "Ada", "a"));
        tea.is_present("Ada", "a", ("p", 2));
        tea.leaves("Ada", ("p", 2));
        assert!(tea.names.belongs_to("tea", "Ada", "a"));
        assert!(!tea.names.belongs_to("coffee", "Ada", "a"));
        // But anybody may have it.
        assert_eq!(tea.claims("Ada", "b", ("q", 1)), nothing());
        assert!(!tea.names.belongs_to("tea", "Ada", "a"));
        tea.leaves("Ada", ("q", 1));
        assert!(!tea.names.belongs_to("tea", "Ada", "a"));
        tea.is_present("Bob", "b", ("q", 2));
        tea.gone("q");
        assert!(tea.names.belongs_to("tea", "Bob", "b"));
    }

    #[test]
    fn a_name_goes_on_where_another_seat_of_its_session_is_present() {
        let mut tea = Tea::new();
        tea.claims("Ada", "a", ("p", 1));
        assert!(!tea.names.goes_on("tea", "Ada", "a"));
        assert!(tea.names.is_only_seat("tea", "Ada", &seat(("p", 1))));
        tea.is_present("Ada", "a", ("p", 1));
        tea.claims("Ada", "a", ("q", 1));
        assert!(tea.names.goes_on("tea", "Ada", "a") && !tea.names.goes_on("tea", "Ada", "b"));
        assert!(!tea.names.is_only_seat("tea", "Ada", &seat(("p", 1))));
    }

    /// One change of the names of two rooms, by two processes. A seat always wants the same name
    /// under the same session.
    fn change() -> impl Strategy<Value = NameChange> {
        let seats = (0..2_usize, 0..8_u64);
        let seat = seats
            .prop_map(|(process, number)| Seat { process: ["p", "q"][process].into(), number });
        (seat, 0..10_u64).prop_map(|(seat, kind)| {
            let place = usize::try_from(seat.number).unwrap();
            let room: Arc<str> = ["tea", "coffee"][place % 2].into();
            // The last one is written with a Cyrillic letter.
            let name: Arc<str> = ["Ada", "Bob", "Ada", "Аda"][place / 2].into();
            let looks = looks(&name).into();
            let session: Arc<str> = ["a", "b", ""][place % 3].into();
            match kind {
                0 => NameChange::Gone { process: seat.process },
                1..=3 => NameChange::Leave { room, name, seat },
                _ => {
                    let came = kind * 7 % 10;
                    NameChange::Seat {
                        room,
                        name,
                        looks,
                        session,
                        seat,
                        is_present: kind >= 7,
                        came,
                    }
                }
            }
        })
    }

    fn here(names: &Names) -> BTreeSet<(&'static str, Arc<str>)> {
        let rooms = ["tea", "coffee"].into_iter();
        rooms.flat_map(|room| names.here(room).into_iter().map(move |name| (room, name))).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever comes, in whatever order.
        #[test]
        fn a_name_has_one_holder_and_every_change_of_the_members_is_told(
            changes in prop::collection::vec(change(), 1..60),
        ) {
            let mut names = Names::default();
            let mut spent = BTreeSet::new();
            for (place, change) in changes.iter().enumerate() {
                let place = EventId { milliseconds: place as u64, sequence: 0 };
                let (before, held_before) = (here(&names), names.all());
                let outcome = names.apply(change, place);
                let (after, held) = (here(&names), names.all());
                // A room is told if and only if a member has joined or left.
                let changed: BTreeSet<Arc<str>> =
                    before.symmetric_difference(&after).map(|(room, _)| (*room).into()).collect();
                prop_assert_eq!(outcome.rooms.iter().cloned().collect::<BTreeSet<_>>(), changed);
                // A holder is only replaced by the same visitor.
                for old in &outcome.replaced {
                    let own = matches!(change, NameChange::Seat { seat, .. } if seat == old);
                    let seat_of = |held: &HeldName| held.held.present.as_ref().map(|claim| claim.seat.clone());
                    let lost = held_before.iter().find(|held| match change {
                        NameChange::Seat { room, name, .. } if own => (&held.room, &held.name) == (room, name),
                        _ => seat_of(held).as_ref() == Some(old),
                    });
                    let lost = lost.unwrap();
                    let now = held.iter().find(|held| (&held.room, &held.name) == (&lost.room, &lost.name));
                    prop_assert!(!lost.held.session.is_empty());
                    prop_assert_eq!(&now.unwrap().held.session, &lost.held.session);
                    spent.insert(old.clone());
                }
                if outcome.refused.is_some() {
                    prop_assert_eq!(&held, &held_before);
                }
                if let NameChange::Leave { seat, .. } = change {
                    spent.insert(seat.clone());
                }
                // Names that look alike belong to one visitor. Nothing is kept of those who left.
                let looks = names.looks.values().map(BTreeSet::len).sum::<usize>();
                prop_assert_eq!(looks, held.len());
                prop_assert!(names.looks.keys().all(|room| names.rooms.contains_key(room)));
                for (place, left) in held.iter().enumerate() {
                    for right in held[..place].iter().filter(|right| {
                        left.room == right.room && left.held.looks == right.held.looks
                    }) {
                        prop_assert!(!left.held.session.is_empty());
                        prop_assert_eq!(&left.held.session, &right.held.session);
                    }
                }
                // A seat that was given back is not held, and no name has two seats.
                let mut seats = BTreeSet::new();
                for Claim { seat, .. } in held.iter().flat_map(|it| it.held.claims.iter().chain(&it.held.present)) {
                    prop_assert!(seats.insert(seat) && !spent.contains(seat), "{:?}", seat);
                }
                // Repeated at once, it changes nothing more.
                let again = names.apply(change, place);
                let refused = match change {
                    // An older seat that was replaced at once is not heard again.
                    NameChange::Seat { seat, .. } if outcome.replaced.contains(seat) => {
                        Some((seat.clone(), Refusal::Taken))
                    }
                    _ => outcome.refused,
                };
                prop_assert_eq!(again, Outcome { refused, ..Outcome::default() });
                prop_assert_eq!(names.all(), held.clone());
                // A snapshot says it all.
                let mut copy = Names::default();
                copy.replace(&held);
                prop_assert_eq!((here(&copy), copy.all()), (after, held));
            }
        }
    }
}
