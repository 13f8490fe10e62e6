//! The fingerprints of the last events, by which an event that arrives twice is recognised.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};

use crate::agreed::fingerprint::Fingerprint;
use crate::event::EventId;

/// Events that are remembered: as many as Redis keeps entries. All processes must forget the same
/// ones, so this does not depend on any flag.
const KEYS_MAX: usize = 100_000;

/// The fingerprints of the last events, with the ids of these events.
#[derive(Default)]
pub(crate) struct Keys {
    ids: HashMap<Fingerprint, EventId, BuildHasherDefault<Unhashed>>,
    /// The oldest first.
    order: VecDeque<Fingerprint>,
}

/// The hasher of fingerprints, which are hashes already.
#[derive(Default)]
struct Unhashed(u64);

impl Hasher for Unhashed {
    fn write(&mut self, bytes: &[u8]) {
        for (number, byte) in bytes.iter().enumerate() {
            self.0 ^= u64::from(*byte) << (number % 8 * 8);
        }
    }

    fn write_u128(&mut self, fingerprint: u128) {
        #[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
        let half = fingerprint as u64;
        self.0 = half;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Keys {
    /// Remembers an event that is not remembered yet.
    pub(crate) fn insert(&mut self, fingerprint: Fingerprint, id: EventId) {
        self.ids.insert(fingerprint, id);
        self.order.push_back(fingerprint);
        if self.order.len() > KEYS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }

    /// Returns the id of the event with this fingerprint, if it is remembered.
    pub(crate) fn id_of(&self, fingerprint: Fingerprint) -> Option<EventId> {
        self.ids.get(&fingerprint).copied()
    }
}
