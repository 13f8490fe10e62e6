//! The two ends of a connection.

use framing::Masking;

/// An end of a connection. The client masks its frames, the server does not (RFC 6455 §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The end that accepted the connection.
    Server,
    /// The end that opened it.
    Client,
}

impl Role {
    /// Returns whether the frames that this end receives must be masked.
    pub(super) fn masking(self) -> Masking {
        if self == Self::Server { Masking::Required } else { Masking::Forbidden }
    }
}
