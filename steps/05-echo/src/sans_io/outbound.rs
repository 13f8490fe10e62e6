//! The sending half of an endpoint: messages in, bytes out.

use framing::{FrameHeader, HEADER_MAX, Opcode};
use unmasking::{MaskingKey, mask};

use super::{buffer, close::CloseFrame, encoded::Encoded, message::Message, role::Role};
use crate::compression::deflate::Deflater;

// ANCHOR: pongs_max
/// The most pongs in the buffer. If a peer sends more pings and does not read, only the pong for
/// its latest ping is kept as well (RFC 6455 §5.5.3).
const PONGS_MAX: u8 = 128;
// ANCHOR_END: pongs_max
/// If at most this many bytes wait for a peer that does not read, they get a buffer of their own
/// size.
const RESTING_MAX: usize = 64 * 1024;
/// The longest payload of a control frame (§5.5).
const CONTROL_MAX: usize = 125;

/// Returns a new masking key. It must be unpredictable (§10.3), so it comes from a cryptographic
/// generator that is seeded by the system.
fn new_key() -> MaskingKey {
    rand::random()
}

// ANCHOR: outbound
/// The frames that we send, until they are written.
pub struct Outbound {
    role: Role,
    /// Frames. The bytes before `start` have been written.
    buffer: Vec<u8>,
    start: usize,
    /// The number of pongs that were put into the buffer since it was last empty.
    pongs: u8,
    /// The payload of one more pong, which is sent when the buffer has been written.
    latest_pong: Option<Box<[u8]>>,
    /// Whether we have sent a close frame.
    is_closed: bool,
    deflater: Option<Box<Deflater>>,
}
// ANCHOR_END: outbound

impl Outbound {
    /// Creates the sending half.
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
    /// Returns the bytes of these messages if they are the same on all connections of this kind,
    /// and `None` if they are not: a client masks each frame with a new key, and with context
    /// takeover each connection has a compressor of its own.
    pub fn shared_bytes<'bytes>(&self, messages: &'bytes Encoded) -> Option<&'bytes [u8]> {
        match &self.deflater {
            _ if self.role == Role::Client => None,
            None => Some(messages.frames()),
            Some(deflater) if deflater.is_stateless() => Some(messages.deflated_frames()),
            Some(_) => None,
        }
    }
    // ANCHOR_END: shared_bytes

    /// Sends the rest of [shared bytes](Self::shared_bytes). The bytes before it have been written.
    pub fn raw(&mut self, bytes: &[u8]) {
        if !self.is_closed && !bytes.is_empty() {
            self.room(bytes.len()).extend_from_slice(bytes);
        }
    }

    /// Sends an empty ping. The peer has to answer it with a pong (§5.5.2).
    pub fn ping(&mut self) {
        self.frame(Opcode::Ping, false, &[]);
    }

    // ANCHOR: pong
    /// Answers a ping with a pong that has the same payload (§5.5.3).
    pub(super) fn pong(&mut self, payload: &[u8]) {
        if self.is_closed {
            return;
        }
        if self.pongs < PONGS_MAX {
            self.pongs += 1;
            self.frame(Opcode::Pong, false, payload);
        } else {
            self.latest_pong = Some(payload.into());
        }
    }
    // ANCHOR_END: pong

    // ANCHOR: close
    /// Sends a close frame, with or without a status code. Nothing is sent after it (§5.5.1). A
    /// reason that is too long is cut off.
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

    /// Returns whether a close frame was sent. Messages that are sent after it are ignored.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Returns the bytes to write next.
    pub fn pending(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    // ANCHOR: written
    /// Removes the first `count` pending bytes, which have been written.
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

    /// Replaces the buffer by one of the right size if most of it is empty. Call this before a wait
    /// that may be long.
    pub fn rest(&mut self) {
        if self.buffer.capacity() >= buffer::CAPACITY && self.pending().len() <= RESTING_MAX {
            let pending = self.pending().to_vec();
            buffer::give(std::mem::replace(&mut self.buffer, pending));
            self.start = 0;
        }
    }

    /// Sends the header of a message, so that the caller can write the payload without a copy. Then the
    /// caller writes the payload behind the pending bytes, and calls
    /// [`written_uncopied`](Self::written_uncopied).
    ///
    /// Returns `false`, and sends nothing, if a copy is necessary: a client has to mask, and a
    /// connection with compression has to compress.
    pub fn uncopied(&mut self, message: Message<'_>) -> bool {
        let is_possible = self.role == Role::Server && self.deflater.is_none() && !self.is_closed;
        if is_possible {
            let header = FrameHeader::whole(message.opcode(), message.payload().len());
            header.encode(self.room(HEADER_MAX));
        }
        is_possible
    }

    /// Removes the first `count` bytes of the pending ones and of `payload` behind them, which have
    /// been written. The rest of `payload` is copied, and is pending afterwards.
    pub fn written_uncopied(&mut self, count: usize, payload: &[u8]) {
        let pending = self.pending().len();
        let left = &payload[count.saturating_sub(pending)..];
        if !left.is_empty() {
            self.room(left.len()).extend_from_slice(left);
        }
        self.written(count.min(pending));
    }

    /// Sends a frame. A client masks it.
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

    /// Returns the buffer, with room for `length` more bytes.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> Outbound {
        Outbound::new(Role::Server, None)
    }

    /// A connection that waits owns no large buffer, unless there is much in it.
    #[test]
    fn a_connection_at_rest_keeps_only_the_bytes_that_wait() {
        let mut outbound = server();
        outbound.message(Message::Binary(&vec![7; RESTING_MAX + 1000]));
        let whole = outbound.pending().to_vec();
        outbound.written(1000);
        let place = outbound.pending().as_ptr();
        outbound.rest();
        assert_eq!(outbound.pending().as_ptr(), place, "many bytes are not moved");
        let written = whole.len() - RESTING_MAX;
        outbound.written(written - 1000);
        outbound.rest();
        assert_eq!(outbound.pending(), &whole[written..]);
        assert_eq!(outbound.buffer.capacity(), RESTING_MAX);
        // From now on, there is nothing to gain.
        let place = outbound.pending().as_ptr();
        outbound.rest();
        assert_eq!(outbound.pending().as_ptr(), place);
        outbound.written(RESTING_MAX);
        assert_eq!(outbound.buffer.capacity(), 0);
    }

    /// The bytes that have been written make room for others, also if some always wait.
    #[test]
    fn a_buffer_that_is_never_empty_does_not_grow_without_end() {
        let mut outbound = server();
        outbound.message(Message::Binary(&[7; 500]));
        for _ in 0..2000 {
            outbound.message(Message::Binary(&[7; 1000]));
            outbound.written(1004);
            assert_eq!(outbound.pending().len(), 504);
        }
        assert_eq!(outbound.buffer.capacity(), buffer::CAPACITY);
    }

    /// However much of it the system takes at once, the peer gets the same bytes.
    #[test]
    fn a_message_that_is_not_copied_is_sent_as_any_other() {
        let (first, second) = (Message::Text(b"first"), Message::Binary(&[7; 300]));
        let mut expected = server();
        expected.message(first);
        expected.message(second);
        let expected = expected.pending();
        for count in 0..=expected.len() {
            let mut outbound = server();
            outbound.message(first);
            assert!(outbound.uncopied(second));
            let sent = [outbound.pending(), second.payload()].concat();
            assert_eq!(sent, expected);
            outbound.written_uncopied(count, second.payload());
            assert_eq!(outbound.pending(), &expected[count..], "after {count} bytes");
        }
    }

    /// A client masks, compression changes the bytes, and nothing is sent after a close frame.
    #[test]
    fn a_message_is_copied_where_its_bytes_must_change() {
        let message = Message::Text(b"Hello");
        let mut closed = server();
        closed.close(None);
        for mut outbound in [
            Outbound::new(Role::Client, None),
            Outbound::new(Role::Server, Deflater::new(true, None)),
            closed,
        ] {
            let pending = outbound.pending().to_vec();
            assert!(!outbound.uncopied(message));
            assert_eq!(outbound.pending(), pending);
        }
    }
}
