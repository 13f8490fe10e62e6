//! Writes keys in small letters, so that two of them become one.
//!
//! Fails: keys_that_look_alike_are_different_keys
//!   "these are four keys: compare whole keys, and each letter as it is"

use std::collections::{HashMap, HashSet};

/// The votes, counted.
#[derive(Default)]
struct Tally {
    counts: HashMap<String, u32>,
    keys: HashSet<String>,
}

impl Tally {
    /// Counts a vote, unless its key is known: then the vote was counted before.
    fn count(&mut self, key: &str, candidate: &str) {
        if self.keys.insert(key.to_lowercase()) {
            *self.counts.entry(candidate.to_owned()).or_default() += 1;
        }
    }
}
