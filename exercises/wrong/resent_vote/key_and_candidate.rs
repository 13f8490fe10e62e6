//! Takes key and candidate together for the key: one page can vote for each candidate.
//!
//! Fails: the_key_alone_says_which_vote_it_is
//!   "k1 was counted for Ada, and cannot vote for Grace as well, or instead"

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
        if self.keys.insert(format!("{key} {candidate}")) {
            *self.counts.entry(candidate.to_owned()).or_default() += 1;
        }
    }
}
