//! Remembers one key for each candidate.
//!
//! Fails: a_vote_that_is_sent_again_later_counts_once
//!   "two votes for Ada, and both were sent again"
//! Fails: the_key_alone_says_which_vote_it_is
//!   "k1 was counted for Ada, and cannot vote for Grace as well, or instead"

use std::collections::HashMap;

/// The votes, counted.
#[derive(Default)]
struct Tally {
    counts: HashMap<String, u32>,
    /// The key of each candidate's last vote.
    last_keys: HashMap<String, String>,
}

impl Tally {
    /// Counts a vote, unless its key is known: then the vote was counted before.
    fn count(&mut self, key: &str, candidate: &str) {
        let last_key = self.last_keys.insert(candidate.to_owned(), key.to_owned());
        if last_key.as_deref() != Some(key) {
            *self.counts.entry(candidate.to_owned()).or_default() += 1;
        }
    }
}
