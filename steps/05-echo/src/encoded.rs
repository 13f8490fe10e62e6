//! A message for many: encoded once, its bytes shared.

use bytes::Bytes;
use framing::Opcode;

use crate::{Message, Outbound, Role};

/// A message in its frame, as a server sends it. A copy is cheap: it is the same bytes.
#[derive(Clone, Debug)]
pub struct Encoded {
    frame: Bytes,
    pub(crate) opcode: Opcode,
    payload_start: usize,
}

impl Encoded {
    /// Encodes a message.
    #[must_use]
    pub fn new(message: Message<'_>) -> Self {
        let mut outbound = Outbound::new(Role::Server);
        outbound.message(message);
        let frame = Bytes::copy_from_slice(outbound.pending());
        outbound.written(frame.len());
        let payload_start = frame.len() - message.payload().len();
        Self { frame, opcode: message.opcode(), payload_start }
    }

    /// The frame as it goes over the wire from a server.
    #[must_use]
    pub fn frame(&self) -> &[u8] {
        &self.frame
    }

    /// What the message says.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.frame[self.payload_start..]
    }
}
