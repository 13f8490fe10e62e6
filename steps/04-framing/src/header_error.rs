//! What can be wrong with a frame's header. Each of these fails the connection with 1002.

use unmasking::LengthError;

use crate::Opcode;

/// A header that RFC 6455 forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// A reserved bit is set and no extension was agreed on that gives it a meaning. Some tutorials
    /// say that these bits can be ignored (fault F11).
    #[error("RSV{0} is set without an extension")]
    ReservedBit(u8),
    /// The opcode has no meaning yet.
    #[error("opcode {0:#x} is reserved")]
    ReservedOpcode(u8),
    /// A control frame in fragments.
    #[error("a {} frame in fragments", .0.name())]
    FragmentedControl(Opcode),
    /// A control frame with more than 125 bytes of payload.
    #[error("a {} frame with more than 125 bytes", .0.name())]
    LongControl(Opcode),
    /// A client's frame without a masking key.
    #[error("a frame from a client that is not masked")]
    NotMasked,
    /// A server's frame with a masking key.
    #[error("a frame from a server that is masked")]
    Masked,
    /// The payload length is not written as it must be.
    #[error(transparent)]
    Length(#[from] LengthError),
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
