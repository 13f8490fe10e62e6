//! Takes the candidate for what makes a vote: a candidate gets one vote in all.
//!
//! Fails: two_votes_are_two
//!   "two people voted for Ada, each with a key of their own"
//! Fails: a_vote_that_is_sent_again_later_counts_once
//!   "other votes came between, and k1 was counted again"
//! Fails: a_vote_that_is_sent_again_after_a_thousand_others_counts_once
//!   "k1 is still known after 1,000 other votes, and each of those counts"
//! Fails: the_key_alone_says_which_vote_it_is
//!   "k1 was counted for Ada, and cannot vote for Grace as well, or instead"
//! Fails: keys_are_random_and_come_in_any_order
//!   "each of these keys is new: a key is random, and has no order"
//! Fails: keys_that_look_alike_are_different_keys
//!   "these are four keys: compare whole keys, and each letter as it is"

use std::collections::{HashMap, HashSet};

/// The votes, counted.
#[derive(Default)]
struct Tally {
    counts: HashMap<String, u32>,
    candidates: HashSet<String>,
}

impl Tally {
    /// Counts a vote, unless its key is known: then the vote was counted before.
    fn count(&mut self, key: &str, candidate: &str) {
        if self.candidates.insert(candidate.to_owned()) {
            *self.counts.entry(candidate.to_owned()).or_default() += 1;
        }
    }
}
