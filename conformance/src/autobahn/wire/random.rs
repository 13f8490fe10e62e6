//! Random numbers for keys and masks, and for payloads that must be the same in every run.

use std::hash::{BuildHasher as _, RandomState};

/// A small generator (SplitMix64). It is fast, and not for secrets.
pub(crate) struct Random(u64);

impl Random {
    /// A generator that gives the same numbers in every run.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator that gives other numbers in every run.
    pub(crate) fn fresh() -> Self {
        Self(RandomState::new().hash_one(0))
    }

    /// Returns the next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `limit`, which must not be 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap_or_default()
    }

    /// Returns a masking key.
    pub(crate) fn mask(&mut self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.next().to_ne_bytes();
        [a, b, c, d]
    }
}
