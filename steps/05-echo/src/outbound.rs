//! Messages in, bytes out.

use framing::{FrameHeader, HEADER_MAX, Masking, Opcode};
use unmasking::{MaskingKey, mask};

use crate::deflate::Deflater;
use crate::{Agreement, CloseCode, Encoded, Failure, Message, pool};

/// Pongs that may wait to be sent at the same time. A peer that pings and does not read is owed
/// only the latest from there on (RFC 6455 §5.5.3).
const PONGS_MAX: u8 = 128;
/// The longest payload of a control frame (§5.5).
const CONTROL_MAX: usize = 125;

/// Which end of the connection we are. The client masks, the server does not (§5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// We were connected to.
    Server,
    /// We connected.
    Client,
}

impl Role {
    /// Whether the frames that come in must be masked.
    pub(crate) fn masking(self) -> Masking {
        match self {
            Self::Server => Masking::Required,
            Self::Client => Masking::Forbidden,
        }
    }
}

/// A new key, for a frame of a client. It must be hard to guess (§10.3), so it comes from a
/// cryptographic generator that the system has seeded.
///
/// Not inlined, so that a server has nothing of it in its way.
#[inline(never)]
fn new_key() -> MaskingKey {
    rand::random()
}

/// The half that holds what we say until it is written.
#[derive(Debug)]
pub struct Outbound {
    role: Role,
    /// Frames; the bytes before `start` have been written.
    buffer: Vec<u8>,
    start: usize,
    /// Pongs in the buffer, and where the last one begins if nothing stands behind it.
    pongs: u8,
    last_pong: Option<usize>,
    closed: bool,
    deflater: Option<Box<Deflater>>,
}

impl Outbound {
    /// The outbound half of an endpoint that is the server or the client of its connection.
    #[must_use]
    pub fn new(role: Role) -> Self {
        Self {
            role,
            buffer: Vec::new(),
            start: 0,
            pongs: 0,
            last_pong: None,
            closed: false,
            deflater: None,
        }
    }

    /// From now on messages are compressed, as it was agreed in the opening handshake.
    pub fn agree(&mut self, agreed: Agreement) {
        self.deflater = Deflater::new(agreed, self.role).map(Box::new);
    }

    /// Says a message, in one frame.
    #[inline]
    pub fn message(&mut self, message: Message<'_>) {
        if self.deflater.is_some() {
            self.deflated(message);
        } else {
            self.frame(message.opcode(), false, message.payload());
        }
    }

    #[inline(never)]
    fn deflated(&mut self, message: Message<'_>) {
        let deflater = self.deflater.as_mut().filter(|_| !self.closed);
        match deflater.and_then(|deflater| deflater.deflate(message.payload())) {
            Some(shorter) => self.frame(message.opcode(), true, &shorter),
            None => self.frame(message.opcode(), false, message.payload()),
        }
    }

    /// Says a message that is encoded already. A client still has to mask it, with a key of its own,
    /// and who remembers earlier messages still has to compress it.
    pub fn encoded(&mut self, message: &Encoded) {
        let frame = match &self.deflater {
            _ if self.role == Role::Client => return self.message(message.message()),
            None => message.frame(),
            Some(deflater) if deflater.is_alike() => message.deflated(),
            Some(_) => return self.message(message.message()),
        };
        if !self.closed {
            self.room(frame.len()).extend_from_slice(frame);
        }
    }

    /// Asks for a sign of life. Of a payload over 125 bytes, the rest is left out.
    pub fn ping(&mut self, payload: &[u8]) {
        self.frame(Opcode::Ping, false, &payload[..payload.len().min(CONTROL_MAX)]);
    }

    // ANCHOR: pong
    /// Answers a ping with its payload (§5.5.3).
    pub fn pong(&mut self, payload: &[u8]) {
        if self.closed {
            return;
        }
        match self.last_pong {
            Some(last) if self.pongs >= PONGS_MAX && last >= self.start => {
                self.buffer.truncate(last);
            }
            _ => self.pongs = self.pongs.saturating_add(1),
        }
        let payload = &payload[..payload.len().min(CONTROL_MAX)];
        self.frame(Opcode::Pong, false, payload);
        // Two bytes of header and, for a client, four of masking key; found from the end, because
        // what was written may have been cleared away in front.
        let length = payload.len() + if self.role == Role::Client { 6 } else { 2 };
        self.last_pong = self.buffer.len().checked_sub(length);
    }
    // ANCHOR_END: pong

    // ANCHOR: close
    /// Closes, with a status code or without one; nothing can be said after it (§5.5.1). A reason
    /// is cut where 125 bytes are full.
    pub fn close(&mut self, code: Option<CloseCode>, reason: &str) {
        let mut payload = Vec::new();
        if let Some(code) = code {
            payload.extend(code.number().to_be_bytes());
            payload.extend(reason[..reason.floor_char_boundary(CONTROL_MAX - 2)].bytes());
        }
        self.frame(Opcode::Close, false, &payload);
        self.closed = true;
    }

    /// Closes because of `failure`: its status code, and what was wrong in words.
    pub fn fail(&mut self, failure: &Failure) {
        self.close(Some(failure.code()), &failure.to_string());
    }
    // ANCHOR_END: close

    /// The bytes to be written, in this order.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Takes note that the first `count` pending bytes have been written.
    pub fn written(&mut self, count: usize) {
        self.start += count;
        if self.start == self.buffer.len() {
            pool::give(std::mem::take(&mut self.buffer));
            self.start = 0;
            self.pongs = 0;
            self.last_pong = None;
        }
    }

    /// Says a message without its payload, which is to be written from where it lies, right behind
    /// the pending bytes. `false` if that cannot be: a client has to mask, and so to copy.
    pub(crate) fn message_header(&mut self, message: Message<'_>) -> bool {
        let possible = self.role == Role::Server && self.deflater.is_none() && !self.closed;
        if possible {
            let header = FrameHeader::whole(message.opcode(), message.payload().len());
            header.encode(self.room(HEADER_MAX));
        }
        possible
    }

    /// Takes note that `written` bytes of the pending ones and of `payload`, behind them, have been
    /// written, and keeps the others.
    pub(crate) fn keep(&mut self, written: usize, payload: &[u8]) {
        let pending = self.pending().len();
        self.written(written.min(pending));
        let left = &payload[written.saturating_sub(pending)..];
        if !left.is_empty() {
            self.room(left.len()).extend_from_slice(left);
        }
    }

    /// Says a frame, masked if we are the client.
    #[expect(clippy::inline_always, reason = "a call costs a message 30 instructions")]
    #[inline(always)]
    fn frame(&mut self, opcode: Opcode, rsv1: bool, payload: &[u8]) {
        if self.closed {
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
    #[inline]
    fn room(&mut self, length: usize) -> &mut Vec<u8> {
        if self.buffer.capacity() - self.buffer.len() < length {
            self.make_room(length);
        }
        self.last_pong = None;
        &mut self.buffer
    }

    #[inline(never)]
    fn make_room(&mut self, length: usize) {
        if self.buffer.capacity() == 0 {
            self.buffer = pool::take();
        } else {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.reserve(length);
    }
}
