//! The rules that a peer can break, each with its clause and its status code (RFC 6455 §7.1.7).

use framing::HeaderError;

use super::close::{CloseCode, InvalidClose};

// ANCHOR: failure
/// A rule that the peer broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The header of a frame breaks a rule.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// A continuation frame arrived, although no message has begun.
    #[error("a continuation without a message (§5.4)")]
    NothingToContinue,
    /// A text or binary frame arrived, although the last message has not ended.
    #[error("a new message inside an unfinished one (§5.4)")]
    MessageUnfinished,
    /// A message is longer than the limit, which is given in bytes.
    #[error("a message of over {0} bytes (§10.4)")]
    MessageTooBig(usize),
    /// A message has more fragments than the limit.
    #[error("a message in over {0} fragments (§10.4)")]
    TooManyFragments(u32),
    /// A text is not UTF-8.
    #[error("a text that is not UTF-8 (§8.1)")]
    NotUtf8,
    /// A compressed message cannot be decompressed, or was cut off.
    #[error("a message that is not compressed as agreed (RFC 7692 §7.2.2)")]
    NotDeflated,
    /// The payload of a close frame is invalid.
    #[error(transparent)]
    Close(#[from] InvalidClose),
}
// ANCHOR_END: failure

impl Failure {
    // ANCHOR: code
    /// Returns the status code of the close frame that the peer gets.
    pub fn code(&self) -> CloseCode {
        match self {
            Self::MessageTooBig(_) => CloseCode::MESSAGE_TOO_BIG,
            Self::TooManyFragments(_) => CloseCode::POLICY_VIOLATION,
            Self::NotUtf8 | Self::NotDeflated | Self::Close(InvalidClose::Reason) => {
                CloseCode::INVALID_PAYLOAD
            }
            _ => CloseCode::PROTOCOL_ERROR,
        }
    }
    // ANCHOR_END: code
}
