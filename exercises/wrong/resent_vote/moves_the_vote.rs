//! Lets the same key take its vote back and give it to another candidate.
//!
//! Fails: the_key_alone_says_which_vote_it_is
//!   "k1 was counted for Ada, and cannot vote for Grace as well, or instead"

use std::collections::HashMap;

/// The votes, counted.
#[derive(Default)]
struct Tally {
    counts: HashMap<String, u32>,
    /// Whom each key has voted for.
    votes: HashMap<String, String>,
}

impl Tally {
    /// Counts a vote, unless its key is known: then the vote was counted before.
    fn count(&mut self, key: &str, candidate: &str) {
        if let Some(before) = self.votes.insert(key.to_owned(), candidate.to_owned()) {
            *self.counts.entry(before).or_default() -= 1;
        }
        *self.counts.entry(candidate.to_owned()).or_default() += 1;
    }
}
