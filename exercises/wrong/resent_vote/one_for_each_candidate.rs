//! Tells votes apart by whom they are for.
//!
//! Fails: two_votes_are_two
//!   "each with a key of their own"

use std::collections::{HashMap, HashSet};

/// The votes, counted.
#[derive(Default)]
struct Tally {
    counts: HashMap<String, u32>,
    /// All of them: whoever sends a vote again does so whenever they come out of their tunnel.
    keys: HashSet<String>,
}

impl Tally {
    /// Counts a vote, unless it was counted before: then its key is known.
    fn count(&mut self, _key: &str, candidate: &str) {
        if self.keys.insert(candidate.to_owned()) {
            *self.counts.entry(candidate.to_owned()).or_default() += 1;
        }
    }
}
