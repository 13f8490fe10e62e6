//! What fails a connection (RFC 6455 §7.1.7), each with the status code and the clause.

use std::fmt;

use framing::HeaderError;

use crate::CloseCode;

/// A rule that the peer has broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A frame's header breaks a rule.
    Header(HeaderError),
    /// A continuation frame, and no message that it could continue.
    NothingToContinue,
    /// A text or binary frame before the last message had its final fragment.
    MessageUnfinished,
    /// A message longer than the limit, in bytes.
    MessageTooBig(usize),
    /// A message in more fragments than the limit.
    TooManyFragments(u32),
    /// A text, or the reason in a close frame, that is not UTF-8.
    NotUtf8,
    /// A close frame with one byte of payload: half a status code.
    ClosePayload,
    /// A close frame with a code that must not be sent.
    CloseCode(u16),
}

impl Failure {
    /// The status code that tells the peer.
    #[must_use]
    pub fn code(&self) -> CloseCode {
        match self {
            Self::MessageTooBig(_) => CloseCode::MESSAGE_TOO_BIG,
            Self::TooManyFragments(_) => CloseCode::POLICY_VIOLATION,
            Self::NotUtf8 => CloseCode::INVALID_PAYLOAD,
            Self::Header(_)
            | Self::NothingToContinue
            | Self::MessageUnfinished
            | Self::ClosePayload
            | Self::CloseCode(_) => CloseCode::PROTOCOL_ERROR,
        }
    }

    /// The section of RFC 6455 that says so.
    #[must_use]
    pub fn clause(&self) -> &'static str {
        match self {
            Self::Header(error) => error.clause(),
            Self::NothingToContinue | Self::MessageUnfinished => "§5.4",
            Self::MessageTooBig(_) | Self::TooManyFragments(_) => "§10.4",
            Self::NotUtf8 => "§8.1",
            Self::ClosePayload => "§5.5.1",
            Self::CloseCode(_) => "§7.4",
        }
    }
}

impl From<HeaderError> for Failure {
    fn from(error: HeaderError) -> Self {
        Self::Header(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(error) => error.fmt(f),
            Self::NothingToContinue => f.write_str("a continuation of no message"),
            Self::MessageUnfinished => f.write_str("a new message inside an unfinished one"),
            Self::MessageTooBig(limit) => write!(f, "a message of over {limit} bytes"),
            Self::TooManyFragments(limit) => write!(f, "a message in over {limit} fragments"),
            Self::NotUtf8 => f.write_str("a text that is not UTF-8"),
            Self::ClosePayload => f.write_str("a close frame with half a status code"),
            Self::CloseCode(number) => write!(f, "status code {number} must not be sent"),
        }?;
        write!(f, " ({})", self.clause())
    }
}

impl std::error::Error for Failure {}
