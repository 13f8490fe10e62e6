//! The count of a vote: a fold over the log.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Event, EventId, EventLog};

/// Whom one can vote for: Lovelace, Hopper, Lamarr, Johnson and Perlman.
pub const CANDIDATES: [&str; 5] = ["Ada", "Grace", "Hedy", "Katherine", "Radia"];
/// The topic of the votes.
pub const VOTES: &str = "vote";

/// How many votes each candidate has, and up to which event that was counted.
///
/// A log is bounded, and a vote must not lose count: each vote says what its caster had counted
/// before it. So whoever comes too late for the first votes goes on from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    counts: BTreeMap<String, u64>,
    upto: EventId,
}

/// What the event of a vote says.
#[derive(Serialize, Deserialize)]
struct Vote {
    candidate: String,
    before: Tally,
}

impl Default for Tally {
    /// No votes for anyone, at the beginning of the log.
    fn default() -> Self {
        let counts = CANDIDATES.map(|candidate| (candidate.to_owned(), 0));
        Self { counts: counts.into(), upto: EventId::default() }
    }
}

impl Tally {
    /// The votes for each candidate.
    #[must_use]
    pub fn counts(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }

    /// The id of the newest vote that is counted.
    #[must_use]
    pub fn upto(&self) -> EventId {
        self.upto
    }

    /// Counts what has come since.
    pub fn catch_up(&mut self, log: &EventLog) {
        let events = log.after(VOTES, self.upto);
        let votes: Vec<(EventId, Vote)> =
            events.iter().filter_map(|event| Some((event.id, Vote::read(event)?))).collect();
        // Who has counted further than we have votes from knows what we have missed.
        let best = votes.iter().map(|(_, vote)| &vote.before).max_by_key(|before| before.upto);
        if let Some(best) = best.filter(|best| best.upto > self.upto) {
            self.clone_from(best);
        }
        for (id, vote) in votes {
            if id > self.upto {
                if let Some(count) = self.counts.get_mut(&vote.candidate) {
                    *count = count.saturating_add(1);
                }
                self.upto = id;
            }
        }
    }

    /// Casts a vote, under a key that tells it from all others: what to append, or `None` if that
    /// is no candidate. Catch up before.
    #[must_use]
    pub fn vote(&self, candidate: &str) -> Option<String> {
        let candidate = CANDIDATES.contains(&candidate).then(|| candidate.to_owned())?;
        serde_json::to_string(&Vote { candidate, before: self.clone() }).ok()
    }
}

impl Vote {
    fn read(event: &Event) -> Option<Self> {
        serde_json::from_str(&event.data).ok()
    }
}

/// Whom the event of a vote is for; `None` if it is none.
#[must_use]
pub fn candidate_of(event: &Event) -> Option<String> {
    Vote::read(event).map(|vote| vote.candidate)
}
