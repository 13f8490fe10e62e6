//! What can be wrong with a frame's header. Each of these fails the connection with 1002.

use std::fmt;

use unmasking::LengthError;

use crate::Opcode;

/// A header that RFC 6455 forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderError {
    /// A reserved bit is set and no extension was agreed on that gives it a meaning. Some tutorials
    /// say that these bits can be ignored (fault F11).
    ReservedBit(u8),
    /// The opcode has no meaning yet.
    ReservedOpcode(u8),
    /// A control frame in fragments.
    FragmentedControl(Opcode),
    /// A control frame with more than 125 bytes of payload.
    LongControl(Opcode),
    /// A client's frame without a masking key.
    NotMasked,
    /// A server's frame with a masking key.
    Masked,
    /// The payload length is not written as it must be.
    Length(LengthError),
}

impl HeaderError {
    /// The section of RFC 6455 that says so.
    #[must_use]
    pub fn clause(&self) -> &'static str {
        match self {
            Self::ReservedBit(_) | Self::ReservedOpcode(_) | Self::Length(_) => "§5.2",
            Self::FragmentedControl(_) | Self::LongControl(_) => "§5.5",
            Self::NotMasked | Self::Masked => "§5.1",
        }
    }
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReservedBit(number) => write!(f, "RSV{number} is set without an extension"),
            Self::ReservedOpcode(bits) => write!(f, "opcode {bits:#x} is reserved"),
            Self::FragmentedControl(opcode) => write!(f, "a {} frame in fragments", opcode.name()),
            Self::LongControl(opcode) => {
                write!(f, "a {} frame with more than 125 bytes", opcode.name())
            }
            Self::NotMasked => f.write_str("a frame from a client that is not masked"),
            Self::Masked => f.write_str("a frame from a server that is masked"),
            Self::Length(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for HeaderError {}
