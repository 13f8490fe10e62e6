//! Remembers up to 256 keys, and then forgets them all at once.
//!
//! Fails: a_vote_that_is_sent_again_after_a_thousand_others_counts_once
//!   "k1 is still known after 1,000 other votes, and each of those counts"

use std::collections::{HashMap, HashSet};

/// The votes, counted.
#[derive(Default)]
struct Tally {
    counts: HashMap<String, u32>,
    /// At most 256 keys.
    keys: HashSet<String>,
}

impl Tally {
    /// Counts a vote, unless its key is known: then the vote was counted before.
    fn count(&mut self, key: &str, candidate: &str) {
        if self.keys.len() == 256 {
            self.keys.clear();
        }
        if self.keys.insert(key.to_owned()) {
            *self.counts.entry(candidate.to_owned()).or_default() += 1;
        }
    }
}
