//! A message, independent of the frames in which it was sent.

use framing::Opcode;

/// A complete message. A received one borrows its payload from the buffer that it was read into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'payload> {
    /// A text. A received one has been checked to be UTF-8 (RFC 6455 §5.6).
    Text(&'payload [u8]),
    /// Any bytes.
    Binary(&'payload [u8]),
}

impl<'payload> Message<'payload> {
    /// Returns the bytes of the message.
    pub fn payload(self) -> &'payload [u8] {
        match self {
            Self::Text(payload) | Self::Binary(payload) => payload,
        }
    }

    /// Creates the message whose first frame has this opcode.
    pub(super) fn new(opcode: Opcode, payload: &'payload [u8]) -> Self {
        if opcode == Opcode::Text { Self::Text(payload) } else { Self::Binary(payload) }
    }

    /// Returns the opcode of the message's first frame.
    pub(super) fn opcode(self) -> Opcode {
        match self {
            Self::Text(_) => Opcode::Text,
            Self::Binary(_) => Opcode::Binary,
        }
    }
}
