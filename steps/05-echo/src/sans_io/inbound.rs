//! The receiving half of an endpoint: bytes in, events out.

use std::mem::{replace, take};

use bytes::BufMut;
use bytes::buf::Limit;
use framing::{FrameHeader, HEADER_MAX, HeaderError, Opcode};
use unmasking::{MaskingKey, mask};

use super::close::{CloseCode, CloseFrame};
use super::{buffer, failure::Failure, limits::Limits, role::Role, utf8::Utf8};
use super::{incoming_message::IncomingMessage, message::Message};
use crate::compression::inflate::Inflater;

/// The most bytes of one read. More bytes would leave the processor's cache before they are used.
const READ_MAX: usize = 256 * 1024;
/// The least room for a read, unless fewer bytes are expected.
const ROOM_MIN: usize = 64 * 1024;
/// An unfinished frame of at most this many bytes is moved out of its buffer while we wait for the
/// rest, so that the buffer can be given back.
const MOVED_OUT_MAX: usize = 4 * 1024;

// ANCHOR: received
/// Something that the peer sent and that has arrived as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// A message, in one frame or in fragments.
    Message,
    /// A ping. The answer is a pong with the same payload (RFC 6455 §5.5.2).
    Ping,
    /// A pong. It needs no answer (§5.5.3).
    Pong,
    /// A close frame and its status code. The answer is a close frame. The bytes after it are
    /// ignored (§5.5.1).
    Close(Option<CloseCode>),
}
// ANCHOR_END: received

// ANCHOR: arriving
/// A frame whose header has been decoded, and whose payload is arriving.
#[derive(Clone, Copy, Debug)]
struct ArrivingFrame {
    /// The opcode. For a continuation, it is that of the message's first frame.
    opcode: Opcode,
    fin: bool,
    /// Whether the payload stays in the buffer until the frame is complete. This is so for control
    /// frames and for a message in one uncompressed frame. All others are moved into the assembled
    /// message while they arrive.
    stays: bool,
    masking_key: Option<MaskingKey>,
    length: usize,
    /// The number of bytes of the payload that have been unmasked, and checked or decompressed.
    seen: usize,
}
// ANCHOR_END: arriving

// ANCHOR: inbound
/// The state of the receiving half.
///
/// After a failure and after a close frame, all further bytes are ignored (§5.5.1), and no buffer
/// is kept.
pub(super) struct Inbound {
    role: Role,
    limits: Limits,
    /// The received bytes. Those before `start` have been used.
    buffer: Vec<u8>,
    start: usize,
    /// The frame whose payload is not complete yet.
    frame: Option<ArrivingFrame>,
    /// The message that is arriving in fragments, or compressed.
    message: IncomingMessage,
    /// The state of a text that arrives in one frame.
    utf8: Utf8,
    inflater: Option<Box<Inflater>>,
    /// The payload of the last event is in the buffer, from here to `start` …
    payload: usize,
    /// … or in the assembled message.
    is_assembled: bool,
    /// The opcode of the last message.
    opcode: Opcode,
    has_ended: bool,
}
// ANCHOR_END: inbound

impl Inbound {
    /// Creates the receiving half. `received` holds the bytes that arrived behind the handshake.
    pub(super) fn new(
        role: Role,
        limits: Limits,
        received: Vec<u8>,
        inflater: Option<Inflater>,
    ) -> Self {
        Self {
            role,
            limits,
            buffer: received,
            start: 0,
            frame: None,
            message: IncomingMessage::default(),
            utf8: Utf8::default(),
            inflater: inflater.map(Box::new),
            payload: 0,
            is_assembled: false,
            opcode: Opcode::Binary,
            has_ended: false,
        }
    }

    /// Receives bytes that the caller has read.
    pub(super) fn receive(&mut self, bytes: &[u8]) {
        if self.buffer.capacity() - self.buffer.len() < bytes.len() {
            self.make_room(bytes.len());
        }
        self.buffer.extend_from_slice(bytes);
    }

    // ANCHOR: buffer
    /// Returns the buffer to read into. It always has room, and is limited to one read.
    ///
    /// It grows with the bytes that have arrived, and not with the length that a peer declares.
    /// While a frame is longer than a new buffer, a read stops at the end of that frame. So the
    /// next frame begins at the start of the buffer.
    pub(super) fn buffer(&mut self) -> Limit<&mut Vec<u8>> {
        let long = self.frame.filter(|frame| frame.length > buffer::CAPACITY);
        let most = long.map_or(READ_MAX, |frame| READ_MAX.min(frame.length - frame.seen));
        let room = ROOM_MIN.min(most);
        if self.buffer.capacity() - self.buffer.len() < room {
            self.make_room(room);
        }
        (&mut self.buffer).limit(most)
    }
    // ANCHOR_END: buffer

    fn make_room(&mut self, room: usize) {
        let start = take(&mut self.start);
        if self.buffer.capacity() < buffer::CAPACITY {
            let small = replace(&mut self.buffer, buffer::take());
            self.buffer.extend_from_slice(&small[start..]);
        } else {
            self.buffer.drain(..start);
        }
        // With room for its header, so that a second frame of this length fits as well.
        let frame_end = self.frame.map_or(0, |frame| HEADER_MAX + frame.length);
        buffer::grow(&mut self.buffer, room, frame_end.max(buffer::CAPACITY));
    }

    // ANCHOR: rest
    /// Gives the buffer back to the pool if there are few bytes in it or none. Call this before a
    /// wait for bytes, which may be long.
    pub(super) fn rest(&mut self) {
        let left = &self.buffer[self.start..];
        if left.len() <= MOVED_OUT_MAX && self.buffer.capacity() >= buffer::CAPACITY {
            let moved_out = left.to_vec();
            buffer::give(replace(&mut self.buffer, moved_out));
            self.start = 0;
        }
    }
    // ANCHOR_END: rest

    /// Returns the payload of the last event.
    pub(super) fn payload(&self) -> &[u8] {
        if self.is_assembled {
            &self.message.assembled
        } else {
            &self.buffer[self.payload..self.start]
        }
    }

    /// Returns the last event as a message.
    pub(super) fn message(&self) -> Message<'_> {
        Message::new(self.opcode, self.payload())
    }

    /// Looks for the next event. Returns `None` if more bytes are needed.
    ///
    /// # Errors
    /// The first rule that the peer breaks, once, after all earlier events.
    pub(super) fn advance(&mut self) -> Result<Option<Received>, Failure> {
        if take(&mut self.is_assembled) {
            self.message.assembled = Vec::new();
        }
        if self.has_ended {
            self.start = self.buffer.len();
        }
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.start = 0;
            return Ok(None);
        }
        let received = self.next_event();
        if let Err(_) | Ok(Some(Received::Close(_))) = received {
            self.end();
        }
        received
    }

    #[cold]
    fn end(&mut self) {
        buffer::give(take(&mut self.buffer));
        *self = Self::new(self.role, self.limits, Vec::new(), None);
        self.has_ended = true;
    }

    // ANCHOR: next_event
    /// Reads one frame after the other, until an event is complete or more bytes are needed.
    fn next_event(&mut self) -> Result<Option<Received>, Failure> {
        loop {
            let begun = if self.frame.is_some() { self.frame.take() } else { self.begin_frame()? };
            let Some(frame) = begun else { return Ok(None) };
            if !self.take_payload(frame)? {
                return Ok(None);
            }
            match frame.opcode {
                Opcode::Ping => return Ok(Some(Received::Ping)),
                Opcode::Pong => return Ok(Some(Received::Pong)),
                Opcode::Close => {
                    let close = CloseFrame::decode(self.payload())?;
                    return Ok(Some(Received::Close(close.map(|close| close.code))));
                }
                // A fragment: the message goes on.
                _ if !frame.fin => {}
                opcode => {
                    self.is_assembled = !frame.stays;
                    self.opcode = opcode;
                    return Ok(Some(Received::Message));
                }
            }
        }
    }
    // ANCHOR_END: next_event

    // ANCHOR: begin_frame
    /// Decodes the header of the next frame if it has arrived. Checks that such a frame is allowed
    /// after the last one (§5.4), and that it is within the limits.
    fn begin_frame(&mut self) -> Result<Option<ArrivingFrame>, Failure> {
        let arrived = &self.buffer[self.start..];
        let (masking, rsv1) = (self.role.masking(), self.inflater.is_some());
        let decoded = FrameHeader::decode(arrived, masking, rsv1)?;
        let Some((header, behind)) = decoded else { return Ok(None) };
        let FrameHeader { fin, rsv1, mut opcode, masking_key, length } = header;
        let message = &mut self.message;
        // RSV1 is allowed on the first frame of a message only (RFC 7692 §6).
        if rsv1 && (opcode.is_control() || message.opcode.is_some()) {
            return Err(HeaderError::ReservedBit(1).into());
        }
        let stays = opcode.is_control() || fin && !rsv1 && opcode != Opcode::Continuation;
        if !opcode.is_control() {
            opcode = match (opcode, message.opcode) {
                (Opcode::Continuation, first) => first.ok_or(Failure::NothingToContinue)?,
                (_, Some(_)) => return Err(Failure::MessageUnfinished),
                (first, None) => first,
            };
            if !stays {
                message.is_compressed |= rsv1;
                message.begin_frame(opcode, length, &self.limits)?;
            } else if length > self.limits.message as u64 {
                return Err(Failure::MessageTooBig(self.limits.message));
            }
        }
        self.start += behind;
        // It is within the limits, so it fits.
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        Ok(Some(ArrivingFrame { opcode, fin, stays, masking_key, length, seen: 0 }))
    }
    // ANCHOR_END: begin_frame

    // ANCHOR: take_payload
    /// Unmasks and checks the bytes of the payload that have arrived. Returns whether the frame is
    /// complete.
    fn take_payload(&mut self, mut frame: ArrivingFrame) -> Result<bool, Failure> {
        let begin = self.start + if frame.stays { frame.seen } else { 0 };
        let end = self.buffer.len().min(begin + frame.length - frame.seen);
        let new = &mut self.buffer[begin..end];
        if let Some(key) = frame.masking_key {
            mask(new, key, frame.seen);
        }
        frame.seen += new.len();
        let is_complete = frame.seen == frame.length;
        self.payload = self.start;
        if frame.stays {
            if frame.opcode == Opcode::Text {
                self.utf8.push(new)?;
                if is_complete {
                    self.utf8.finish()?;
                }
            }
            if is_complete {
                self.start += frame.length;
            }
        } else {
            self.start += new.len();
            let is_end = is_complete && frame.fin;
            self.message.append(new, is_end, self.inflater.as_deref_mut(), &self.limits)?;
        }
        if !is_complete {
            self.frame = Some(frame);
        }
        Ok(is_complete)
    }
    // ANCHOR_END: take_payload
}
