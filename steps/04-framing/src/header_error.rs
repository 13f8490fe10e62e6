//! What can be wrong with the header of a frame. Each error fails the connection with 1002.

use unmasking::LengthError;

use crate::opcode::Opcode;

// ANCHOR: error
/// A header that RFC 6455 forbids. Its text is a sentence and the section of the RFC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// A reserved bit is set, and no extension gives it a meaning.
    #[error("RSV{0} is set without an extension (§5.2)")]
    ReservedBit(u32),
    /// The opcode is one of the ten reserved ones.
    #[error("opcode {0:#x} is reserved (§5.2)")]
    ReservedOpcode(u8),
    /// A control frame without FIN.
    #[error("a {} frame in fragments (§5.5)", .0.name())]
    FragmentedControl(Opcode),
    /// A control frame with more than 125 bytes of payload.
    #[error("a {} frame with more than 125 bytes (§5.5)", .0.name())]
    LongControl(Opcode),
    /// A frame from a client without a masking key.
    #[error("a frame from a client that is not masked (§5.1)")]
    NotMasked,
    /// A frame from a server with a masking key.
    #[error("a frame from a server that is masked (§5.1)")]
    Masked,
    /// The payload length is not encoded as RFC 6455 requires.
    #[error("{0} (§5.2)")]
    Length(#[from] LengthError),
}
// ANCHOR_END: error
