//! What fails a connection (RFC 6455 §7.1.7), each with its clause and its status code.

use framing::HeaderError;

use crate::CloseCode;

/// A rule that the peer has broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// A frame's header breaks a rule.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// A continuation frame, and no message that it could continue.
    #[error("a continuation of no message (§5.4)")]
    NothingToContinue,
    /// A text or binary frame before the last message had its final fragment.
    #[error("a new message inside an unfinished one (§5.4)")]
    MessageUnfinished,
    /// A message longer than the limit, in bytes.
    #[error("a message of over {0} bytes (§10.4)")]
    MessageTooBig(usize),
    /// A message in more fragments than the limit.
    #[error("a message in over {0} fragments (§10.4)")]
    TooManyFragments(u32),
    /// A text, or the reason in a close frame, that is not UTF-8.
    #[error("a text that is not UTF-8 (§8.1)")]
    NotUtf8,
    /// A compressed message that cannot be inflated.
    #[error("a message that is not compressed as agreed (RFC 7692 §7.2.2)")]
    NotDeflated,
    /// A close frame with one byte of payload: half a status code.
    #[error("a close frame with half a status code (§5.5.1)")]
    ClosePayload,
    /// A close frame with a code that must not be sent.
    #[error("status code {0} must not be sent (§7.4)")]
    CloseCode(u16),
}

impl Failure {
    // ANCHOR: code
    /// The status code that tells the peer.
    #[must_use]
    pub fn code(&self) -> CloseCode {
        match self {
            Self::MessageTooBig(_) => CloseCode::MESSAGE_TOO_BIG,
            Self::TooManyFragments(_) => CloseCode::POLICY_VIOLATION,
            Self::NotUtf8 | Self::NotDeflated => CloseCode::INVALID_PAYLOAD,
            _ => CloseCode::PROTOCOL_ERROR,
        }
    }
    // ANCHOR_END: code
}
