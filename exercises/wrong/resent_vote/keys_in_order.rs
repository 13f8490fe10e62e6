//! Takes a key for a number that grows: a smaller one is known.
//!
//! Fails: a_vote_that_is_sent_again_after_a_thousand_others_counts_once
//!   "k1 is still known after 1,000 other votes, and each of those counts"
//! Fails: keys_are_random_and_come_in_any_order
//!   "each of these keys is new: a key is random, and has no order"
//! Fails: keys_that_look_alike_are_different_keys
//!   "these are four keys: compare whole keys, and each letter as it is"

use std::collections::HashMap;

/// The votes, counted.
#[derive(Default)]
struct Tally {
    counts: HashMap<String, u32>,
    /// The greatest key.
    last_key: String,
}

impl Tally {
    /// Counts a vote, unless its key is known: then the vote was counted before.
    fn count(&mut self, key: &str, candidate: &str) {
        if key <= self.last_key.as_str() {
            return;
        }
        key.clone_into(&mut self.last_key);
        *self.counts.entry(candidate.to_owned()).or_default() += 1;
    }
}
