//! # A vote that is sent twice counts once
//!
//! A phone sends a vote, the answer is lost in a tunnel, and the page sends the vote again. So each
//! vote carries a key, a random text that its page drew for this vote, and the server ignores a
//! vote whose key it knows. This server remembers only the last key, which is enough as long as one
//! person votes.
//!
//! Make `count` right for many voters at once. A vote may be sent again an hour later.
//!
//! Fails: a_vote_that_is_sent_again_later_counts_once
//!   "other votes came between, and k1 was counted again"
//! Fails: a_vote_that_is_sent_again_after_a_thousand_others_counts_once
//!   "k1 is still known after 1,000 other votes, and each of those counts"
//!
//! Chapter: book/src/00-polling.md#exercises

use std::collections::HashMap;

/// The votes, counted.
#[derive(Default)]
struct Tally {
    counts: HashMap<String, u32>,
    // TODO: is it enough to remember one key?
    last_key: String,
}

impl Tally {
    /// Counts a vote, unless its key is known: then the vote was counted before.
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

    /// A vote: its key, and whom it is for.
    type Vote<'v> = (&'v str, &'v str);

    /// Compares how many votes your tally has for Ada and for Grace with what was expected.
    #[track_caller]
    fn check(votes: &[Vote], ada: u32, grace: u32, why: &str) {
        let mut tally = Tally::default();
        for (key, candidate) in votes {
            tally.count(key, candidate);
        }
        let of = |candidate: &str| tally.counts.get(candidate).copied().unwrap_or_default();
        let yours = (of("Ada"), of("Grace"));
        let limit = 4;
        let sent: Vec<String> = votes.iter().take(limit).map(|vote| format!("{vote:?}")).collect();
        let sent = sent.join(" ");
        let more = if votes.len() > limit { " …" } else { "" };
        assert!(
            yours == (ada, grace),
            "{why}\n  votes: {sent}{more}\n  your tally: Ada {}, Grace {}\n  expected: Ada {ada}, \
             Grace {grace}",
            yours.0,
            yours.1
        );
    }

    #[test]
    fn two_votes_are_two() {
        let why = "two people voted for Ada, each with a key of their own";
        check(&[("k1", "Ada"), ("k2", "Ada")], 2, 0, why);
        check(&[("k3", "Ada"), ("k4", "Grace")], 1, 1, "one vote for each");
    }

    #[test]
    fn a_vote_that_is_sent_twice_counts_once() {
        check(&[("k1", "Ada"), ("k1", "Ada")], 1, 0, "the same vote came twice in a row");
    }

    #[test]
    fn a_vote_that_is_sent_again_later_counts_once() {
        let votes = [("k1", "Ada"), ("k2", "Grace"), ("k3", "Grace"), ("k1", "Ada")];
        check(&votes, 1, 2, "other votes came between, and k1 was counted again");
        let votes = [("k4", "Ada"), ("k5", "Ada"), ("k4", "Ada"), ("k5", "Ada")];
        check(&votes, 2, 0, "two votes for Ada, and both were sent again");
    }

    #[test]
    fn a_vote_that_is_sent_again_after_a_thousand_others_counts_once() {
        let others: Vec<String> = (0..1000).map(|number| format!("r{number}")).collect();
        let mut votes = vec![("k1", "Ada")];
        votes.extend(others.iter().map(|key| (key.as_str(), "Grace")));
        votes.push(("k1", "Ada"));
        check(
            &votes,
            1,
            1000,
            "k1 is still known after 1,000 other votes, and each of those counts",
        );
    }

    /// A page draws a key for each vote. The same key with another name is not an honest vote.
    #[test]
    fn the_key_alone_says_which_vote_it_is() {
        let why = "k1 was counted for Ada, and cannot vote for Grace as well, or instead";
        check(&[("k1", "Ada"), ("k1", "Grace")], 1, 0, why);
    }

    #[test]
    fn keys_are_random_and_come_in_any_order() {
        let votes = [("k9", "Ada"), ("k3", "Ada"), ("k5", "Ada")];
        check(&votes, 3, 0, "each of these keys is new: a key is random, and has no order");
    }

    #[test]
    fn keys_that_look_alike_are_different_keys() {
        let votes = [("k1", "Ada"), ("K1", "Ada"), ("k11", "Ada"), ("k", "Ada")];
        check(&votes, 4, 0, "these are four keys: compare whole keys, and each letter as it is");
    }

    #[test]
    fn each_tally_has_its_own_keys() {
        let mut first = Tally::default();
        first.count("k1", "Ada");
        check(&[("k1", "Ada")], 1, 0, "k1 was counted in another tally, and is new in this one");
    }
}
