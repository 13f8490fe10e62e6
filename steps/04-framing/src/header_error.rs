//! The faults of a frame's header. Each of them fails the connection with 1002.

use unmasking::LengthError;

use crate::opcode::Opcode;

/// A header that RFC 6455 forbids: a sentence for people, and the section that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// A reserved bit is set and no extension was agreed on that gives it a meaning. Some tutorials
    /// say that these bits can be ignored (fault F11).
    #[error("RSV{0} is set without an extension (§5.2)")]
    ReservedBit(u32),
    /// The opcode is one of the ten that have no meaning yet.
    #[error("opcode {0:#x} is reserved (§5.2)")]
    ReservedOpcode(u8),
    /// A control frame in fragments.
    #[error("a {} frame in fragments (§5.5)", .0.name())]
    FragmentedControl(Opcode),
    /// A control frame with more than 125 bytes of payload.
    #[error("a {} frame with more than 125 bytes (§5.5)", .0.name())]
    LongControl(Opcode),
    /// A client's frame without a masking key.
    #[error("a frame from a client that is not masked (§5.1)")]
    NotMasked,
    /// A server's frame with a masking key.
    #[error("a frame from a server that is masked (§5.1)")]
    Masked,
    /// The payload length is not written as RFC 6455 requires.
    #[error("{0} (§5.2)")]
    Length(#[from] LengthError),
}
