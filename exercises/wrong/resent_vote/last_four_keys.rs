//! Remembers the last four keys.
//!
//! Fails: a_vote_that_is_sent_again_after_a_thousand_others_counts_once
//!   "k1 is still known after 1,000 other votes, and each of those counts"

use std::collections::{HashMap, VecDeque};

/// The votes, counted.
#[derive(Default)]
struct Tally {
    counts: HashMap<String, u32>,
    /// The last four keys.
    keys: VecDeque<String>,
}

impl Tally {
    /// Counts a vote, unless its key is known: then the vote was counted before.
    fn count(&mut self, key: &str, candidate: &str) {
        if self.keys.iter().any(|known| known == key) {
            return;
        }
        self.keys.push_back(key.to_owned());
        if self.keys.len() > 4 {
            self.keys.pop_front();
        }
        *self.counts.entry(candidate.to_owned()).or_default() += 1;
    }
}
