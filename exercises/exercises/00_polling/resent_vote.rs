//! # A vote that is sent twice counts once
//!
//! A phone sends a vote, the answer is lost in a tunnel, and the page sends the vote again. So each
//! vote carries a key that its page drew for it, and the server passes over a key that it knows.
//! This one remembers the last key, which is enough as long as only one person votes.
//!
//! Make `count` right for many voters at once.
//!
//! Fails: a_vote_that_is_sent_again_later_counts_once
//!   "votes came between, and Ada got one too many"
//!
//! Chapter: book/src/00-polling.md#exercises

use std::collections::HashMap;

/// The votes, counted.
#[derive(Default)]
struct Tally {
    counts: HashMap<String, u32>,
    // TODO: is one key enough to remember?
    last_key: String,
}

impl Tally {
    /// Counts a vote, unless it was counted before: then its key is known.
    fn count(&mut self, key: &str, candidate: &str) {
        if self.last_key == key {
            return;
        }
        key.clone_into(&mut self.last_key);
        *self.counts.entry(candidate.to_owned()).or_default() += 1;
    }
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The votes for Ada after these, each a key and a candidate.
    fn ada(votes: &[(&str, &str)]) -> Option<u32> {
        let mut tally = Tally::default();
        for (key, candidate) in votes {
            tally.count(key, candidate);
        }
        tally.counts.get("Ada").copied()
    }

    #[test]
    fn two_votes_are_two() {
        let votes = ada(&[("k1", "Ada"), ("k2", "Ada")]);
        assert_eq!(votes, Some(2), "two people voted for Ada, each with a key of their own");
    }

    #[test]
    fn a_vote_that_is_sent_twice_counts_once() {
        let votes = ada(&[("k1", "Ada"), ("k1", "Ada")]);
        assert_eq!(votes, Some(1), "the same vote came twice in a row");
    }

    #[test]
    fn a_vote_that_is_sent_again_later_counts_once() {
        let votes = ada(&[("k1", "Ada"), ("k2", "Grace"), ("k3", "Hedy"), ("k1", "Ada")]);
        assert_eq!(votes, Some(1), "votes came between, and Ada got one too many");
    }
}
