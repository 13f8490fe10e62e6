//! The sending half: messages in, bytes out.

use framing::{FrameHeader, HEADER_MAX, Opcode};
use unmasking::{MaskingKey, mask};

use super::{buffer, close::CloseFrame, encoded::Encoded, message::Message, role::Role};
use crate::compression::deflate::Deflater;

/// The most pongs that wait to be written. For a peer that pings and does not read, only the answer
/// to its latest ping is kept beyond them (RFC 6455 §5.5.3).
const PONGS_MAX: u8 = 128;
/// While at most this many bytes wait for a peer that does not read, they have a buffer of their size.
const RESTING_MAX: usize = 64 * 1024;
/// The longest payload of a control frame (§5.5).
const CONTROL_MAX: usize = 125;

/// A new masking key. It must be unpredictable (§10.3), so it comes from a cryptographic generator
/// that the system has seeded.
fn new_key() -> MaskingKey {
    rand::random()
}

/// The frames that we send, until they are written.
pub struct Outbound {
    role: Role,
    /// Frames. The bytes before `start` have been written.
    buffer: Vec<u8>,
    start: usize,
    /// The number of pongs in the buffer.
    pongs: u8,
    /// The payload of the pong that is sent once the buffer is written.
    latest_pong: Option<Vec<u8>>,
    is_closed: bool,
    deflater: Option<Box<Deflater>>,
}

impl Outbound {
    /// The sending half of an endpoint.
    pub(super) fn new(role: Role, deflater: Option<Deflater>) -> Self {
        Self {
            role,
            buffer: Vec::new(),
            start: 0,
            pongs: 0,
            latest_pong: None,
            is_closed: false,
            deflater: deflater.map(Box::new),
        }
    }

    /// Sends a message, in one frame.
    pub fn message(&mut self, message: Message<'_>) {
        let deflater = self.deflater.as_mut().filter(|_| !self.is_closed);
        match deflater.and_then(|deflater| deflater.deflate(message.payload())) {
            Some(shorter) => self.frame(message.opcode(), true, &shorter),
            None => self.frame(message.opcode(), false, message.payload()),
        }
    }

    /// Sends messages that were encoded once for many connections.
    pub fn encoded(&mut self, messages: &Encoded) {
        match self.shared_bytes(messages) {
            Some(bytes) => self.raw(bytes),
            None => messages.messages().for_each(|message| self.message(message)),
        }
    }

    // ANCHOR: shared_bytes
    /// The bytes of these messages, if they are the same here as on other connections. A client has to
    /// mask them with a key of its own, and a connection with context takeover has to compress them.
    pub fn shared_bytes<'bytes>(&self, messages: &'bytes Encoded) -> Option<&'bytes [u8]> {
        match &self.deflater {
            _ if self.role == Role::Client => None,
            None => Some(messages.frames()),
            Some(deflater) if deflater.is_stateless() => Some(messages.deflated_frames()),
            Some(_) => None,
        }
    }
    // ANCHOR_END: shared_bytes

    /// Sends the rest of [shared bytes](Self::shared_bytes), of which others were written already.
    pub fn raw(&mut self, bytes: &[u8]) {
        if !self.is_closed && !bytes.is_empty() {
            self.room(bytes.len()).extend_from_slice(bytes);
        }
    }

    /// Sends an empty ping. A peer that is there answers it with a pong (§5.5.2).
    pub fn ping(&mut self) {
        self.frame(Opcode::Ping, false, &[]);
    }

    // ANCHOR: pong
    /// Answers a ping with its payload (§5.5.3).
    pub(super) fn pong(&mut self, payload: &[u8]) {
        if self.is_closed {
            return;
        }
        if self.pongs < PONGS_MAX {
            self.pongs += 1;
            self.frame(Opcode::Pong, false, payload);
        } else {
            self.latest_pong = Some(payload.to_vec());
        }
    }
    // ANCHOR_END: pong

    // ANCHOR: close
    /// Sends a close frame, with a status code or without. Nothing is sent after it (§5.5.1). A
    /// reason that is too long is cut.
    pub fn close(&mut self, close: Option<CloseFrame<'_>>) {
        let mut payload = Vec::new();
        if let Some(CloseFrame { code, reason }) = close {
            payload.extend(code.number().to_be_bytes());
            payload.extend(reason[..reason.floor_char_boundary(CONTROL_MAX - 2)].bytes());
        }
        if let Some(payload) = self.latest_pong.take() {
            self.frame(Opcode::Pong, false, &payload);
        }
        self.frame(Opcode::Close, false, &payload);
        self.is_closed = true;
    }
    // ANCHOR_END: close

    /// Whether a close frame was sent. Whatever is sent after it is ignored.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// The bytes to write, in this order.
    pub fn pending(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    // ANCHOR: written
    /// Notes that the first `count` pending bytes have been written.
    pub fn written(&mut self, count: usize) {
        self.start += count;
        if self.start == self.buffer.len() {
            buffer::give(std::mem::take(&mut self.buffer));
            self.start = 0;
            self.pongs = 0;
            if let Some(payload) = self.latest_pong.take() {
                self.pong(&payload);
            }
        }
    }
    // ANCHOR_END: written

    /// Gives the buffer back if most of it is empty. Call this before a wait that may be long: for a
    /// peer that does not read, only what it has to read is kept.
    pub fn rest(&mut self) {
        if self.buffer.capacity() >= buffer::CAPACITY && self.pending().len() <= RESTING_MAX {
            let pending = self.pending().to_vec();
            buffer::give(std::mem::replace(&mut self.buffer, pending));
            self.start = 0;
        }
    }

    /// Sends a message without copying its payload, if that is possible: a client must mask, and so
    /// must copy. Returns whether it was possible: then the caller writes the payload after the
    /// pending bytes, and calls [`written_uncopied`](Self::written_uncopied).
    pub fn uncopied(&mut self, message: Message<'_>) -> bool {
        let is_possible = self.role == Role::Server && self.deflater.is_none() && !self.is_closed;
        if is_possible {
            let header = FrameHeader::whole(message.opcode(), message.payload().len());
            header.encode(self.room(HEADER_MAX));
        }
        is_possible
    }

    /// Notes that `count` bytes have been written, of the pending ones and of `payload` after them.
    /// The rest is copied, and is pending then.
    pub fn written_uncopied(&mut self, count: usize, payload: &[u8]) {
        let pending = self.pending().len();
        let left = &payload[count.saturating_sub(pending)..];
        if !left.is_empty() {
            self.room(left.len()).extend_from_slice(left);
        }
        self.written(count.min(pending));
    }

    /// Sends a frame, masked if we are the client.
    fn frame(&mut self, opcode: Opcode, rsv1: bool, payload: &[u8]) {
        if self.is_closed {
            return;
        }
        let masking_key = (self.role == Role::Client).then(new_key);
        let buffer = self.room(HEADER_MAX + payload.len());
        let header = FrameHeader::whole(opcode, payload.len());
        FrameHeader { rsv1, masking_key, ..header }.encode(buffer);
        buffer.extend_from_slice(payload);
        if let Some(key) = masking_key {
            let begin = buffer.len() - payload.len();
            mask(&mut buffer[begin..], key, 0);
        }
    }

    /// The buffer, with room for `length` more bytes.
    fn room(&mut self, length: usize) -> &mut Vec<u8> {
        if self.buffer.capacity() - self.buffer.len() < length {
            if self.buffer.capacity() == 0 {
                self.buffer = buffer::take();
            }
            self.buffer.drain(..self.start);
            self.start = 0;
            self.buffer.reserve(length);
        }
        &mut self.buffer
    }
}
