//! A message for many connections: encoded once, its bytes shared.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use framing::{FrameHeader, Opcode};

use super::message::Message;
use crate::compression::deflate::Deflater;

/// A message in its frame, as a server sends it. Clones share the same bytes.
#[derive(Clone, Debug)]
pub struct Encoded {
    frame: Bytes,
    opcode: Opcode,
    payload_start: usize,
    /// The frame for connections that compress without context takeover, made for the first of them.
    deflated_frame: Arc<OnceLock<Bytes>>,
}

impl Encoded {
    /// Encodes a message.
    pub fn new(message: Message<'_>) -> Self {
        let frame = encode(message.opcode(), false, message.payload());
        let payload_start = frame.len() - message.payload().len();
        Self { frame, opcode: message.opcode(), payload_start, deflated_frame: Arc::default() }
    }

    /// The frame that a server sends where nothing is compressed.
    pub fn frame(&self) -> &[u8] {
        &self.frame
    }

    /// The message.
    pub fn message(&self) -> Message<'_> {
        Message::new(self.opcode, &self.frame[self.payload_start..])
    }

    /// The frame where each message is compressed by itself. It is the same for all connections.
    pub(super) fn deflated_frame(&self) -> &[u8] {
        self.deflated_frame.get_or_init(|| {
            let payload = self.message().payload();
            let deflated = Deflater::new(true, None).and_then(|mut new| new.deflate(payload));
            deflated.map_or_else(|| self.frame.clone(), |bytes| encode(self.opcode, true, &bytes))
        })
    }
}

fn encode(opcode: Opcode, rsv1: bool, payload: &[u8]) -> Bytes {
    let mut frame = Vec::new();
    FrameHeader { rsv1, ..FrameHeader::whole(opcode, payload.len()) }.encode(&mut frame);
    frame.extend_from_slice(payload);
    frame.into()
}
