//! A message for many: encoded once, its bytes shared.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use framing::Opcode;

use crate::{Agreement, Message, Outbound, Role};

/// A message in its frame, as a server sends it. A copy is cheap: it is the same bytes.
#[derive(Clone, Debug)]
pub struct Encoded {
    frame: Bytes,
    opcode: Opcode,
    payload_start: usize,
    /// The frame for those whose messages are compressed each by itself, from the first of them on.
    deflated: Arc<OnceLock<Bytes>>,
}

impl Encoded {
    /// Encodes a message.
    #[must_use]
    pub fn new(message: Message<'_>) -> Self {
        let frame = encode(Outbound::new(Role::Server), message);
        let payload_start = frame.len() - message.payload().len();
        Self { frame, opcode: message.opcode(), payload_start, deflated: Arc::default() }
    }

    /// The frame as it goes over the wire from a server, where nothing is compressed.
    #[must_use]
    pub fn frame(&self) -> &[u8] {
        &self.frame
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> Message<'_> {
        Message::new(self.opcode, &self.frame[self.payload_start..])
    }

    /// The frame where messages are compressed each by itself: the same for all, so it is made once.
    pub(crate) fn deflated(&self) -> &[u8] {
        self.deflated.get_or_init(|| {
            let mut outbound = Outbound::new(Role::Server);
            outbound.agree(Agreement { server_fresh: true, ..Agreement::default() });
            encode(outbound, self.message())
        })
    }
}

fn encode(mut outbound: Outbound, message: Message<'_>) -> Bytes {
    outbound.message(message);
    let frame = Bytes::copy_from_slice(outbound.pending());
    // The buffer goes back to where it came from.
    outbound.written(frame.len());
    frame
}
