//! The count of the votes, as the log has it.

use std::collections::BTreeMap;
use std::sync::Arc;

use event_log::{Counted, EventId, EventLog, Topics};

/// The candidates: Lovelace, Hopper, Lamarr, Johnson and Perlman.
pub const CANDIDATES: [&str; 5] = ["Ada", "Grace", "Hedy", "Katherine", "Radia"];
/// The topic of the votes. A vote is an event whose content is the name of a candidate.
pub const VOTES: &str = "vote";
/// The topic of the messages.
pub const MESSAGES: &str = "chat";

/// Returns what polls and votes want of their topics: that neither is dropped to make room for
/// others, and that votes are counted.
pub fn topics(events_max: u32) -> Topics {
    let (counted, kept) = (vec![VOTES.into()], vec![MESSAGES.into()]);
    Topics { events_max: events_max as usize, counted, kept }
}

/// The number of votes for each candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The votes for each candidate.
    pub counts: BTreeMap<Arc<str>, u64>,
    /// The id of the newest vote that is counted.
    pub newest: EventId,
}

impl Tally {
    /// Returns the count of all votes in the log.
    ///
    /// The log keeps a limited number of events, and counts each of them before it is dropped. So
    /// the count does not suffer from that limit.
    pub fn of(log: &EventLog) -> Self {
        log.counted(VOTES).into()
    }
}

impl From<Counted> for Tally {
    fn from(Counted { counts: counted, newest }: Counted) -> Self {
        let votes_for = |name: &str| (Arc::from(name), counted.get(name).copied().unwrap_or(0));
        Self { counts: CANDIDATES.map(votes_for).into(), newest }
    }
}
