//! Keeps the keys of all tallies together.
//!
//! Fails: each_tally_has_its_own_keys
//!   "k1 was counted in another tally, and is new in this one"

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex, PoisonError};

/// The keys of all votes.
static KEYS: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// The votes, counted.
#[derive(Default)]
struct Tally {
    counts: HashMap<String, u32>,
}

impl Tally {
    /// Counts a vote, unless its key is known: then the vote was counted before.
    fn count(&mut self, key: &str, candidate: &str) {
        let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.insert(key.to_owned()) {
            *self.counts.entry(candidate.to_owned()).or_default() += 1;
        }
    }
}
