//! The count of the votes: a fold over the log.

use std::collections::BTreeMap;

use event_log::{Event, EventId, EventLog};
use serde::{Deserialize, Serialize};

/// The candidates: Lovelace, Hopper, Lamarr, Johnson and Perlman.
pub const CANDIDATES: [&str; 5] = ["Ada", "Grace", "Hedy", "Katherine", "Radia"];
/// The topic of the votes.
pub const VOTES: &str = "vote";

/// The number of votes for each candidate, and the id of the last vote that is counted.
///
/// The log keeps a limited number of events, and the count must not suffer from that. So each vote
/// carries the count that its server had before it. A server that starts too late to see the first
/// votes continues from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    counts: BTreeMap<String, u64>,
    upto: EventId,
}

/// The content of a vote's event.
#[derive(Serialize, Deserialize)]
struct StoredVote {
    candidate: String,
    /// The count before this vote.
    before: Tally,
}

impl Default for Tally {
    /// No votes for any candidate, at the beginning of the log.
    fn default() -> Self {
        let counts = CANDIDATES.map(|candidate| (candidate.to_owned(), 0));
        Self { counts: counts.into(), upto: EventId::default() }
    }
}

impl Tally {
    /// The votes for each candidate.
    pub fn counts(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }

    /// The id of the newest vote that is counted.
    pub fn upto(&self) -> EventId {
        self.upto
    }

    /// Counts the votes that came since the last call.
    pub fn catch_up(&mut self, log: &EventLog) {
        let events = log.after(VOTES, self.upto);
        let votes: Vec<(EventId, StoredVote)> =
            events.iter().filter_map(|event| Some((event.id, StoredVote::read(event)?))).collect();
        // A count that goes further than ours includes votes that the log no longer keeps.
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

    /// Returns the data of a vote's event, to be appended under a key of its own, or `None` if there
    /// is no such candidate. [Catch up](Self::catch_up) first.
    pub fn vote(&self, candidate: &str) -> Option<String> {
        let candidate = CANDIDATES.contains(&candidate).then(|| candidate.to_owned())?;
        serde_json::to_string(&StoredVote { candidate, before: self.clone() }).ok()
    }
}

impl StoredVote {
    fn read(event: &Event) -> Option<Self> {
        serde_json::from_str(&event.data).ok()
    }
}

/// Returns the candidate that a vote's event is for, or `None` if the event is not a vote.
pub fn candidate_of(event: &Event) -> Option<String> {
    StoredVote::read(event).map(|vote| vote.candidate)
}
