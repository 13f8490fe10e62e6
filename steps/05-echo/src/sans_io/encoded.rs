//! Messages for many connections. They are encoded once, and the connections share the bytes.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use framing::{FrameHeader, Opcode};

use super::message::Message;
use crate::compression::deflate::Deflater;

/// Room for most texts, in bytes.
const TEXT_USUAL: usize = 256;

// ANCHOR: encoded
/// One or several messages in frames, as a server sends them. All clones share the same bytes.
#[derive(Clone, Debug)]
pub struct Encoded(Arc<Frames>);

#[derive(Debug, Default)]
struct Frames {
    /// The frames, without compression.
    bytes: Vec<u8>,
    /// The opcode of each message, and where its payload is in `bytes`.
    messages: Vec<(Opcode, Range<usize>)>,
    /// The frames for connections without context takeover. They are made when the first of these
    /// connections needs them.
    deflated: OnceLock<Vec<u8>>,
}
// ANCHOR_END: encoded

impl Encoded {
    /// Encodes a message.
    pub fn new(message: Message<'_>) -> Self {
        let mut frames = Frames::default();
        frames.push(message);
        Self(Arc::new(frames))
    }

    // ANCHOR: texts
    /// Encodes several texts, so that they can be sent in one piece. `write` appends a text to the
    /// buffer that it is given.
    ///
    /// ```
    /// use echo::Encoded;
    ///
    /// let encoded = Encoded::texts(["one", "two"], |text, buffer| buffer.extend(text.bytes()));
    /// assert_eq!(encoded.frames(), b"\x81\x03one\x81\x03two");
    /// ```
    pub fn texts<Text>(
        texts: impl IntoIterator<Item = Text>,
        mut write: impl FnMut(Text, &mut Vec<u8>),
    ) -> Self {
        let texts = texts.into_iter();
        let (mut frames, mut payload) = (Frames::default(), Vec::with_capacity(TEXT_USUAL));
        let (count, _) = texts.size_hint();
        frames.bytes.reserve(count * TEXT_USUAL);
        frames.messages.reserve(count);
        for text in texts {
            payload.clear();
            write(text, &mut payload);
            frames.push(Message::Text(&payload));
        }
        Self(Arc::new(frames))
    }
    // ANCHOR_END: texts

    /// Returns the frames for a connection without compression.
    pub fn frames(&self) -> &[u8] {
        &self.0.bytes
    }

    /// Returns the messages.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = Message<'_>> {
        let Frames { bytes, messages, .. } = &*self.0;
        messages.iter().map(|(opcode, payload)| Message::new(*opcode, &bytes[payload.clone()]))
    }

    /// Returns the frames in which each message is compressed by itself, so that they are the same
    /// for all connections without context takeover.
    pub(super) fn deflated_frames(&self) -> &[u8] {
        self.0.deflated.get_or_init(|| {
            let mut bytes = Vec::new();
            for message in self.messages() {
                let (opcode, payload) = (message.opcode(), message.payload());
                let deflated = Deflater::new(true, None).and_then(|mut new| new.deflate(payload));
                match deflated {
                    Some(shorter) => encode(opcode, true, &shorter, &mut bytes),
                    None => encode(opcode, false, payload, &mut bytes),
                }
            }
            bytes
        })
    }
}

impl Frames {
    fn push(&mut self, message: Message<'_>) {
        encode(message.opcode(), false, message.payload(), &mut self.bytes);
        let end = self.bytes.len();
        self.messages.push((message.opcode(), end - message.payload().len()..end));
    }
}

fn encode(opcode: Opcode, rsv1: bool, payload: &[u8], bytes: &mut Vec<u8>) {
    FrameHeader { rsv1, ..FrameHeader::whole(opcode, payload.len()) }.encode(bytes);
    bytes.extend_from_slice(payload);
}
