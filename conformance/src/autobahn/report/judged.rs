//! A peer and its outcomes.

use crate::autobahn::verdict::Outcome;

/// How all cases came out for one peer.
pub(crate) struct Judged {
    /// The name of the peer, such as `step 5, server`.
    pub(crate) name: String,
    /// The outcomes, in the order of the suite.
    pub(crate) outcomes: Vec<Outcome>,
}
