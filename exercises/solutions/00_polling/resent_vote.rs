//! A solution of `resent_vote`: a vote that is sent twice counts once.

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
    fn count(&mut self, key: &str, candidate: &str) {
        if self.keys.insert(key.to_owned()) {
            *self.counts.entry(candidate.to_owned()).or_default() += 1;
        }
    }
}

fn main() {}

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
