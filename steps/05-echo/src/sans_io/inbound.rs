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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]
mod tests {
    use super::*;
    use crate::compression::deflate::Deflater;

    /// The receiving half of a client, so that no frame is masked.
    fn client() -> Inbound {
        Inbound::new(Role::Client, Limits::default(), Vec::new(), None)
    }

    /// The header of a binary message in one frame.
    fn header(length: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        FrameHeader::whole(Opcode::Binary, length).encode(&mut bytes);
        bytes
    }

    /// Reads some of `bytes` as a driver does: at most what the buffer allows.
    fn reads<'bytes>(inbound: &mut Inbound, bytes: &'bytes [u8]) -> &'bytes [u8] {
        let mut buffer = inbound.buffer();
        let count = bytes.len().min(buffer.remaining_mut());
        let (read, rest) = bytes.split_at(count);
        buffer.put_slice(read);
        rest
    }

    #[test]
    fn a_read_ends_with_a_long_frame_and_not_with_a_short_one() {
        for (length, expected) in
            [(buffer::CAPACITY + 1000, buffer::CAPACITY), (buffer::CAPACITY, READ_MAX)]
        {
            let mut inbound = client();
            assert_eq!(inbound.buffer().remaining_mut(), READ_MAX);
            inbound.receive(&header(length));
            inbound.receive(&[7; 1000]);
            assert_eq!(inbound.advance(), Ok(None));
            assert_eq!(inbound.buffer().remaining_mut(), expected);
        }
        let mut inbound = client();
        inbound.receive(&header(1_000_000));
        inbound.receive(&vec![7; 999_999]);
        assert_eq!(inbound.advance(), Ok(None));
        assert_eq!(inbound.buffer().remaining_mut(), 1);
    }

    /// The length in the header reserves nothing. There is always room for a good read, and in the end
    /// for the frame and the header of the next one.
    #[test]
    fn the_buffer_grows_with_what_has_arrived() {
        const LENGTH: usize = 8_000_000;
        let bytes = [header(LENGTH), vec![7; LENGTH]].concat();
        for is_copied in [false, true] {
            let mut inbound = client();
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                rest = if is_copied {
                    let (piece, behind) = rest.split_at(rest.len().min(50_000));
                    inbound.receive(piece);
                    behind
                } else {
                    reads(&mut inbound, rest)
                };
                let (arrived, capacity) = (inbound.buffer.len(), inbound.buffer.capacity());
                assert!(capacity <= LENGTH + HEADER_MAX, "{capacity}");
                if arrived < 400_000 {
                    assert!(capacity < 1_000_000, "{capacity} for {arrived}");
                }
                if rest.is_empty() {
                    assert_eq!(inbound.advance(), Ok(Some(Received::Message)));
                    assert_eq!(inbound.payload(), &bytes[bytes.len() - LENGTH..]);
                } else {
                    assert_eq!(inbound.advance(), Ok(None));
                    let most = inbound.buffer().remaining_mut();
                    let room = inbound.buffer.capacity() - inbound.buffer.len();
                    assert!(room >= ROOM_MIN.min(most), "room for {room}");
                }
            }
        }
    }

    /// The bytes before the current frame make room for others.
    #[test]
    fn many_messages_need_no_larger_buffer_than_one() {
        let message = [header(1000), vec![7; 1000]].concat();
        let mut inbound = client();
        inbound.receive(&message[..500]);
        for _ in 0..2000 {
            // The buffer is never empty, because the next message has begun.
            inbound.receive(&message[500..]);
            inbound.receive(&message[..500]);
            assert_eq!(inbound.advance(), Ok(Some(Received::Message)));
            assert_eq!(inbound.payload(), [7; 1000]);
            assert_eq!(inbound.advance(), Ok(None));
        }
        assert_eq!(inbound.buffer.capacity(), buffer::CAPACITY);
    }

    /// A connection that waits owns no large buffer, unless there is much in it.
    #[test]
    fn a_connection_at_rest_keeps_only_the_bytes_that_it_has() {
        let header_length = header(10_000).len();
        for length in [0, 1, header_length + MOVED_OUT_MAX] {
            let mut inbound = client();
            let bytes = [b"\x81\x05Hello", &header(10_000)[..], &[7; 10_000]].concat();
            let begun = 7 + length;
            inbound.receive(&bytes[..begun]);
            assert_eq!(inbound.advance(), Ok(Some(Received::Message)));
            assert_eq!(inbound.payload(), b"Hello");
            assert_eq!(inbound.advance(), Ok(None));
            assert!(inbound.buffer.capacity() >= buffer::CAPACITY);
            inbound.rest();
            assert!(inbound.buffer.capacity() <= MOVED_OUT_MAX, "{length}");
            inbound.receive(&bytes[begun..]);
            assert_eq!(inbound.advance(), Ok(Some(Received::Message)));
            assert_eq!(inbound.payload(), [7; 10_000], "{length}");
        }
        let mut inbound = client();
        inbound.receive(&[&header(10_000)[..], &[7; MOVED_OUT_MAX + 1]].concat());
        assert_eq!(inbound.advance(), Ok(None));
        let place = inbound.buffer.as_ptr();
        inbound.rest();
        assert_eq!(inbound.buffer.as_ptr(), place, "many bytes are not moved");
    }

    /// §10.4: while a message is decompressed, it has room for one byte more than the limit.
    #[test]
    fn a_decompressed_message_takes_no_more_memory_than_the_limit() {
        const LIMIT: usize = 1_000_000;
        for (length, is_good) in [(LIMIT, true), (LIMIT + 1, false)] {
            let mut deflater = Deflater::new(true, None).unwrap();
            let compressed = deflater.deflate(&vec![7; length]).unwrap();
            let header = FrameHeader::whole(Opcode::Binary, compressed.len());
            let mut bytes = Vec::new();
            FrameHeader { rsv1: true, ..header }.encode(&mut bytes);
            bytes.extend(compressed);
            let limits = Limits { message: LIMIT, ..Limits::default() };
            let inflater = Some(Inflater::new(true));
            let mut inbound = Inbound::new(Role::Client, limits, Vec::new(), inflater);
            let mut outcome = Ok(None);
            for piece in bytes.chunks(100) {
                inbound.receive(piece);
                outcome = inbound.advance();
                let capacity = inbound.message.assembled.capacity();
                assert!(capacity <= LIMIT + 1, "{capacity}");
            }
            if is_good {
                assert_eq!(outcome, Ok(Some(Received::Message)));
                assert_eq!(inbound.payload(), vec![7; LIMIT]);
            } else {
                assert_eq!(outcome, Err(Failure::MessageTooBig(LIMIT)));
            }
        }
    }

    /// §7.1.7: after a failure all bytes are ignored, and need no memory.
    #[test]
    fn a_failed_connection_keeps_nothing() {
        let mut inbound = client();
        inbound.receive(b"\x80\x00");
        assert_eq!(inbound.advance(), Err(Failure::NothingToContinue));
        assert_eq!(inbound.buffer.capacity(), 0);
        for _ in 0..1000 {
            inbound.receive(&[7; 1000]);
            assert_eq!(inbound.advance(), Ok(None));
        }
        assert!(inbound.buffer.capacity() <= buffer::CAPACITY);
    }
}
