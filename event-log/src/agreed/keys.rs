//! The fingerprints of the last events, by which an event that arrives twice is recognised.

use std::collections::VecDeque;

use hashbrown::HashTable;

use crate::agreed::fingerprint::Fingerprint;
use crate::event::EventId;

/// Events that are remembered: as many as Redis keeps entries. All processes must forget the same
/// ones, so this does not depend on any flag.
const KEYS_MAX: usize = 100_000;

/// New events that are found without the table, at most.
const FRESH_MAX: usize = 64;

/// The fingerprints of the last events, with the ids of these events.
///
/// The table contains numbers instead of fingerprints, so that it is small: nearly every access to
/// it misses the first cache of the processor. New events are not in it until there is time to
/// [tidy up](Self::tidy), so that nobody waits for that.
#[derive(Default)]
pub(crate) struct Keys {
    /// The oldest first. Only the last [`KEYS_MAX`] count.
    events: VecDeque<(Fingerprint, EventId)>,
    /// The number of the oldest. The next one has the next number, and so on, modulo 2^32.
    oldest: u32,
    /// The numbers of the events, to be found by fingerprint.
    numbers: HashTable<u32>,
    /// The events at the end that are not in the table yet.
    fresh: usize,
}

impl Keys {
    /// Returns a memory of no events, with room for all that it can remember. The system gives memory
    /// that was reserved only when it is used. A table that grew meanwhile would take some milliseconds
    /// to move, several times.
    pub(crate) fn with_room() -> Self {
        let room = KEYS_MAX + FRESH_MAX + 1;
        let (events, numbers) = (VecDeque::with_capacity(room), HashTable::with_capacity(room));
        Self { events, oldest: 0, numbers, fresh: 0 }
    }

    /// Remembers an event that is not remembered yet.
    pub(crate) fn insert(&mut self, fingerprint: Fingerprint, id: EventId) {
        self.events.push_back((fingerprint, id));
        self.fresh += 1;
        if self.fresh > FRESH_MAX {
            self.tidy();
        }
    }

    /// Returns the id of the event with this fingerprint, if it is remembered.
    pub(crate) fn id_of(&self, fingerprint: Fingerprint) -> Option<EventId> {
        let Self { events, oldest, numbers, fresh } = self;
        let place_of = |number: &u32| number.wrapping_sub(*oldest) as usize;
        let is_same = |number: &u32| events[place_of(number)].0 == fingerprint;
        let in_table = numbers.find(fingerprint.hash(), is_same).map(place_of);
        let is_remembered = |place: &usize| events.len() - place <= KEYS_MAX;
        let mut places = events.len() - fresh..events.len();
        let place = in_table.filter(is_remembered);
        let place = place.or_else(|| places.find(|place| events[*place].0 == fingerprint));
        place.map(|place| events[place].1)
    }

    /// Does what has time until nobody waits: puts new events into the table, and forgets the oldest.
    pub(crate) fn tidy(&mut self) {
        let Self { events, oldest, numbers, fresh } = self;
        let hash_of = |number: &u32| events[number.wrapping_sub(*oldest) as usize].0.hash();
        let first = events.len() - *fresh;
        for (place, (fingerprint, _)) in (first..).zip(events.range(first..)) {
            #[expect(clippy::cast_possible_truncation, reason = "there are about 100,000")]
            let number = oldest.wrapping_add(place as u32);
            numbers.insert_unique(fingerprint.hash(), number, hash_of);
        }
        *fresh = 0;
        while events.len() > KEYS_MAX
            && let Some((fingerprint, _)) = events.pop_front()
        {
            let number = *oldest;
            *oldest = number.wrapping_add(1);
            if let Ok(entry) = numbers.find_entry(fingerprint.hash(), |other| *other == number) {
                entry.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreed::entry::Draft;

    fn event(number: u64) -> (Fingerprint, EventId) {
        let draft = Draft::new("topic", number.to_string(), "content");
        (Fingerprint::of(&draft), EventId { milliseconds: number, sequence: 0 })
    }

    #[test]
    fn the_last_events_are_remembered_and_no_others() {
        // The numbers of the events start again from 0 on the way.
        let mut keys = Keys { oldest: u32::MAX - 1_000, ..Keys::default() };
        let count = 2 * KEYS_MAX as u64 + 10;
        for number in 0..count {
            let (fingerprint, id) = event(number);
            assert_eq!(keys.id_of(fingerprint), None);
            keys.insert(fingerprint, id);
            assert_eq!(keys.id_of(fingerprint), Some(id));
            // It was remembered for as long as it should be.
            if let Some(oldest) = number.checked_sub(KEYS_MAX as u64 - 1) {
                assert_eq!(keys.id_of(event(oldest).0), Some(event(oldest).1));
            }
        }
        for number in 0..count {
            let (fingerprint, id) = event(number);
            let is_remembered = number >= count - KEYS_MAX as u64;
            assert_eq!(keys.id_of(fingerprint), is_remembered.then_some(id), "event {number}");
        }
        keys.tidy();
        assert_eq!((keys.events.len(), keys.numbers.len()), (KEYS_MAX, KEYS_MAX));
    }
}
