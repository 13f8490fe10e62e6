//! Random values that a seed repeats.

use std::cell::Cell;
use std::ops::RangeInclusive;

/// The step between two states of SplitMix64.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
/// Multiplies the hash of a name with each of its bytes (FNV-1a).
const PRIME: u64 = 0x0100_0000_01b3;

/// A source of random values.
pub(crate) struct Random(Cell<u64>);

impl Random {
    /// The source for the check with this name: it gives the same values whatever else is run.
    pub(crate) fn new(seed: u64, name: &str) -> Self {
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        Self(Cell::new(name.bytes().fold(seed, mix)))
    }

    /// The next value.
    pub(crate) fn next(&self) -> u64 {
        self.0.set(self.0.get().wrapping_add(STEP));
        let mut value = self.0.get();
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    /// A number in this range.
    pub(crate) fn within(&self, range: RangeInclusive<u16>) -> u16 {
        let count = u64::from(*range.end()) - u64::from(*range.start()) + 1;
        *range.start() + u16::try_from(self.next() % count).unwrap_or_default()
    }

    /// One of these, of which there is at least one.
    pub(crate) fn pick<T: Copy>(&self, items: &[T]) -> T {
        items[usize::from(self.within(0..=u16::try_from(items.len() - 1).unwrap_or_default()))]
    }

    /// This many bytes.
    pub(crate) fn bytes(&self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_be_bytes()[0]).collect()
    }

    /// This many small letters.
    pub(crate) fn letters(&self, count: usize) -> String {
        (0..count).map(|_| char::from(self.pick(b"abcdefghijklmnopqrstuvwxyz"))).collect()
    }

    /// This many characters of Unicode, which take one to four bytes each.
    pub(crate) fn characters(&self, count: usize) -> String {
        let ranges = [0x20..=0x7e, 0xa0..=0x7ff, 0x800..=0xd7ff, 0xe000..=0xfffd];
        let character = |_| match self.within(0..=4) {
            // Beyond the Basic Multilingual Plane.
            4 => char::from_u32(0x1_0000 + u32::from(self.within(0..=0xffff))),
            range => char::from_u32(self.within(ranges[usize::from(range)].clone()).into()),
        };
        (0..count).filter_map(character).collect()
    }

    /// A masking key.
    pub(crate) fn mask(&self) -> [u8; 4] {
        let [first, second, third, fourth, ..] = self.next().to_be_bytes();
        [first, second, third, fourth]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_and_a_name_give_the_same_values_again() {
        let values = |seed, name| Random::new(seed, name).bytes(8);
        assert_eq!(values(1, "a/b"), values(1, "a/b"));
        assert_ne!(values(1, "a/b"), values(2, "a/b"));
        assert_ne!(values(1, "a/b"), values(1, "a/c"));
    }

    #[test]
    fn values_are_in_their_range_and_reach_both_ends() {
        let random = Random::new(1, "");
        let numbers: Vec<u16> = (0..500).map(|_| random.within(5..=9)).collect();
        assert!((5..=9).all(|number| numbers.contains(&number)));
        assert!(numbers.iter().all(|number| (5..=9).contains(number)));
        let text = random.characters(500);
        assert!((1..=4).all(|size| text.chars().any(|letter| letter.len_utf8() == size)));
    }
}
