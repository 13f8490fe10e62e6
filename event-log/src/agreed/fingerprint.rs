//! The fingerprint of an event, by which a repetition is recognised.

use sha2::{Digest, Sha256};

use crate::agreed::entry::Draft;

/// Bytes that are kept of a digest. Two different events would have the same fingerprint only by a
/// chance of one in 2^128, and nobody can make one that has the fingerprint of another.
const LENGTH: usize = 16;

/// A digest of an event's topic, owner, key and content. It is the same in every process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(u128);

impl Fingerprint {
    /// Returns the fingerprint of an event.
    pub fn of(Draft { topic, owner, key, data }: &Draft) -> Self {
        let mut digest = Sha256::new();
        for field in [topic, owner, key, data] {
            // The lengths say where each field ends, so that "ab" and "c" are not "a" and "bc".
            digest.update((field.len() as u64).to_le_bytes());
            digest.update(field.as_bytes());
        }
        let digest: [u8; 32] = digest.finalize().into();
        let mut fingerprint = [0; LENGTH];
        fingerprint.copy_from_slice(&digest[..LENGTH]);
        Self(u128::from_be_bytes(fingerprint))
    }

    /// Returns a hash for a table in memory. Half of a digest is one already.
    pub(crate) fn hash(self) -> u64 {
        #[expect(clippy::cast_possible_truncation, reason = "half of a digest is enough")]
        let half = self.0 as u64;
        half
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Processes on different machines must agree. The expected value is that of Python's `hashlib`.
    #[test]
    fn a_fingerprint_is_the_same_everywhere() {
        let Fingerprint(number) = Fingerprint::of(&Draft::new("vote", "v1", "Ada").owned_by("me"));
        assert_eq!(number, 0xb15d_b747_384c_cac4_abe2_0c2a_d8e2_6c1d);
    }

    #[test]
    fn each_field_counts_and_so_does_where_it_ends() {
        let drafts = [
            ["ab", "c", "d", "e"],
            ["a", "bc", "d", "e"],
            ["ab", "cd", "", "e"],
            ["ab", "c", "de", ""],
            ["ab", "c", "d", "f"],
            ["ab", "c", "f", "e"],
            ["ab", "f", "d", "e"],
            ["f", "c", "d", "e"],
        ];
        let fingerprints = drafts.map(|[topic, owner, key, data]| {
            Fingerprint::of(&Draft::new(topic, key, data).owned_by(owner))
        });
        for (number, fingerprint) in fingerprints.iter().enumerate() {
            assert!(!fingerprints[..number].contains(fingerprint), "{:?}", drafts[number]);
        }
    }
}
