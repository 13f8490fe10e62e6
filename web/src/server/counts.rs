//! What the HTTP server counts, for operators.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why a client did not get what it wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The request is for a host that is not a name of this server.
    Host,
    /// A page of another origin has sent the request.
    Origin,
    /// The server has reached its limit on connections.
    Crowd,
    /// The request is not HTTP/1.1, or has no valid `Host`.
    Malformed,
    /// The header block did not arrive in time.
    Late,
    /// The client did not take its answer.
    Stuck,
}

/// Counts since the start of the server. A clone is a handle to the same counts.
#[derive(Clone, Debug, Default)]
pub struct HttpCounts(Arc<[AtomicU64; Denial::ALL.len()]>);

impl Denial {
    /// All reasons, in the order in which they are declared.
    pub const ALL: [Self; 6] =
        [Self::Host, Self::Origin, Self::Crowd, Self::Malformed, Self::Late, Self::Stuck];

    /// The word for this reason in a list of counts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Origin => "origin",
            Self::Crowd => "crowd",
            Self::Malformed => "malformed",
            Self::Late => "late",
            Self::Stuck => "stuck",
        }
    }
}

impl HttpCounts {
    pub(crate) fn count(&self, denial: Denial) {
        self.0[denial as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How many clients were denied something for this reason.
    pub fn denied(&self, denial: Denial) -> u64 {
        self.0[denial as usize].load(Ordering::Relaxed)
    }
}
