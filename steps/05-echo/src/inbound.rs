//! Bytes in, events out.

use std::mem::{replace, take};

use framing::{FrameHeader, HeaderError, Opcode};
use unmasking::mask;

use crate::deflate::Inflater;
use crate::outbound::Role;
use crate::{Agreement, CloseFrame, Failure, Limits, Utf8, pool};

/// The most bytes in one read: more would have left the processor's cache before they are used.
const READ_MAX: usize = 256 * 1024;
/// Room for at least so many bytes is made before a read.
const ROOM_MIN: usize = 64 * 1024;
/// So many bytes or fewer are moved out of their buffer while the rest of their frame is awaited,
/// so that the buffer can be given back.
const MOVED_OUT_MAX: usize = 4 * 1024;

/// A message, whole. Its payload lies in the buffer that it was read into, wherever that is
/// possible: only fragments are put together elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'payload> {
    /// A text: UTF-8, and checked to be.
    Text(&'payload [u8]),
    /// Any bytes.
    Binary(&'payload [u8]),
}

impl<'payload> Message<'payload> {
    /// What was sent.
    #[must_use]
    pub fn payload(self) -> &'payload [u8] {
        match self {
            Self::Text(payload) | Self::Binary(payload) => payload,
        }
    }

    /// The message that begins with a frame of this opcode.
    pub(crate) fn new(opcode: Opcode, payload: &'payload [u8]) -> Self {
        if opcode == Opcode::Text { Self::Text(payload) } else { Self::Binary(payload) }
    }

    /// The opcode of its first frame.
    pub(crate) fn opcode(self) -> Opcode {
        match self {
            Self::Text(_) => Opcode::Text,
            Self::Binary(_) => Opcode::Binary,
        }
    }
}

// ANCHOR: event
/// What the peer has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'payload> {
    /// A message, from however many fragments.
    Message(Message<'payload>),
    /// A question to be answered with a pong of the same payload (RFC 6455 §5.5.2).
    Ping(&'payload [u8]),
    /// An answer to a ping, or a sign of life that nobody asked for (§5.5.3).
    Pong(&'payload [u8]),
    /// The peer closes. It is to be answered with a close; nothing comes after it (§5.5.1).
    Close(Option<CloseFrame<'payload>>),
}
// ANCHOR_END: event

/// A frame whose header has been read, and whose payload is arriving.
#[derive(Clone, Copy, Debug)]
struct Arriving {
    /// Its opcode, or if it is a continuation, that of the message's first frame.
    opcode: Opcode,
    fin: bool,
    /// The key as a number. As four bytes, it would be put together and taken apart on its way here.
    masking_key: Option<u32>,
    length: usize,
    /// Bytes of its payload that have been unmasked, and checked if they are text.
    seen: usize,
}

/// The half that takes what the peer sends.
///
/// Any way of cutting the same bytes into pieces gives the same events. After a failure, and after
/// a close, nothing more is found: the bytes behind are ignored (§5.5.1).
#[derive(Debug)]
pub struct Inbound {
    pub(crate) role: Role,
    limits: Limits,
    /// What was read; the bytes before `start` are used up.
    buffer: Vec<u8>,
    start: usize,
    /// The frame whose payload begins at `start` and is not whole yet.
    arriving: Option<Arriving>,
    /// The message whose fragments are arriving, how many of them have, and what was in them.
    message: Option<Opcode>,
    fragments: u32,
    assembled: Vec<u8>,
    utf8: Utf8,
    /// Whether this message is compressed, and how that is undone.
    compressed: bool,
    inflater: Option<Box<Inflater>>,
    /// The payload that was found last lies in the buffer, from here to `start`; unless it is a
    /// message that was put together, and lies in `assembled`.
    found: usize,
    found_assembled: bool,
    ended: bool,
}

impl Inbound {
    /// The inbound half of an endpoint that is the server or the client of its connection, with
    /// what has been received already, behind the opening handshake.
    #[must_use]
    pub fn new(role: Role, limits: Limits, received: Vec<u8>) -> Self {
        Self {
            role,
            limits,
            buffer: received,
            start: 0,
            arriving: None,
            message: None,
            fragments: 0,
            assembled: Vec::new(),
            utf8: Utf8::default(),
            compressed: false,
            inflater: None,
            found: 0,
            found_assembled: false,
            ended: false,
        }
    }

    /// From now on messages may be compressed, as it was agreed in the opening handshake.
    pub fn agree(&mut self, agreed: Agreement) {
        self.inflater = Some(Box::new(Inflater::new(agreed, self.role)));
    }

    /// Takes bytes that have been read elsewhere.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer().extend_from_slice(bytes);
    }

    /// The buffer to read into: bytes appended to it are bytes received.
    ///
    /// There is always room in it. It grows with what has arrived, never with what a peer declares
    /// will come.
    #[inline]
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        if self.buffer.capacity() - self.buffer.len() < ROOM_MIN {
            self.make_room();
        }
        &mut self.buffer
    }

    /// The most bytes to read at once. Of a frame that is longer than a buffer no more than its rest
    /// is read, so that the next one begins in front, and nothing has to be moved.
    pub(crate) fn read_max(&self) -> usize {
        match self.arriving {
            Some(frame) if frame.length > pool::BUFFER => READ_MAX.min(frame.length - frame.seen),
            _ => READ_MAX,
        }
    }

    #[inline(never)]
    fn make_room(&mut self) {
        let start = take(&mut self.start);
        if self.buffer.capacity() < pool::BUFFER {
            let moved_out = replace(&mut self.buffer, pool::take());
            self.buffer.extend_from_slice(&moved_out[start..]);
        } else {
            self.buffer.drain(..start);
        }
        if self.buffer.capacity() - self.buffer.len() < ROOM_MIN {
            self.buffer.reserve(self.buffer.capacity());
        }
    }

    // ANCHOR: rest
    /// Gives the buffer back if little or nothing is in it. To be called when there is nothing to
    /// read, which may be for a long time.
    pub fn rest(&mut self) {
        let left = &self.buffer[self.start..];
        if left.len() <= MOVED_OUT_MAX && self.buffer.capacity() >= pool::BUFFER {
            let moved_out = left.to_vec();
            pool::give(replace(&mut self.buffer, moved_out));
            self.start = 0;
        }
    }
    // ANCHOR_END: rest

    /// The next thing that the peer has said, or `None` if the bytes so far do not complete one.
    ///
    /// # Errors
    /// [`Failure`], once: all that was said before it has been delivered.
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, Failure> {
        let Some(opcode) = self.find()? else { return Ok(None) };
        let payload = self.found();
        Ok(Some(match opcode {
            Opcode::Ping => Event::Ping(payload),
            Opcode::Pong => Event::Pong(payload),
            Opcode::Close => Event::Close(CloseFrame::decode(payload)?),
            _ => Event::Message(Message::new(opcode, payload)),
        }))
    }

    /// The payload that was found last.
    #[inline]
    pub(crate) fn found(&self) -> &[u8] {
        if self.found_assembled { &self.assembled } else { &self.buffer[self.found..self.start] }
    }

    /// Finds the next event, and the first rule that is broken. Says only the event's opcode: its
    /// payload is [found](Self::found), but not yet borrowed, which lets a loop go on looking.
    #[inline]
    pub(crate) fn find(&mut self) -> Result<Option<Opcode>, Failure> {
        if take(&mut self.found_assembled) {
            self.assembled = Vec::new();
        }
        if self.ended {
            self.start = self.buffer.len();
        }
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.start = 0;
            return Ok(None);
        }
        let found = self.find_in_frames();
        if let Err(_) | Ok(Some(Opcode::Close)) = found {
            self.ended = true;
        }
        found
    }

    // ANCHOR: find_in_frames
    #[inline(never)]
    fn find_in_frames(&mut self) -> Result<Option<Opcode>, Failure> {
        loop {
            let begun = if self.arriving.is_some() { self.arriving.take() } else { self.begin()? };
            let Some(frame) = begun else { return Ok(None) };
            if !self.take_payload(frame)? {
                return Ok(None);
            }
            let opcode = frame.opcode;
            if opcode == Opcode::Close {
                // Whether it is valid is to be known before it is answered.
                CloseFrame::decode(self.found())?;
            }
            if opcode.is_control() || self.completes_message(frame) {
                return Ok(Some(opcode));
            }
        }
    }
    // ANCHOR_END: find_in_frames

    // ANCHOR: begin
    /// Reads the header of the next frame, once it is there. May such a frame come now (§5.4), and
    /// is it within the limits?
    #[inline]
    fn begin(&mut self) -> Result<Option<Arriving>, Failure> {
        let arrived = &self.buffer[self.start..];
        let (masking, rsv1) = (self.role.masking(), self.inflater.is_some());
        let Some((header, behind)) = FrameHeader::decode_extended(arrived, masking, rsv1)? else {
            return Ok(None);
        };
        // Of a message, the first frame says it (RFC 7692 §6).
        if header.rsv1 && (header.opcode.is_control() || self.message.is_some()) {
            return Err(HeaderError::ReservedBit(1).into());
        }
        let opcode = match (header.opcode, self.message) {
            (Opcode::Continuation, message) => message.ok_or(Failure::NothingToContinue)?,
            (Opcode::Text | Opcode::Binary, Some(_)) => return Err(Failure::MessageUnfinished),
            (opcode, _) => opcode,
        };
        if !opcode.is_control() {
            if self.message.is_none() {
                self.compressed = header.rsv1;
            }
            let room = if self.compressed {
                // How long it is turns out as it is inflated, and it is hardly shorter than this.
                self.limits.message.saturating_add(self.limits.message / 64 + 64)
            } else {
                self.limits.message - self.assembled.len()
            };
            if header.length > room as u64 {
                return Err(Failure::MessageTooBig(self.limits.message));
            }
            if self.fragments == self.limits.fragments {
                return Err(Failure::TooManyFragments(self.limits.fragments));
            }
        }
        self.start += behind;
        // No frame is longer than the limit on messages, so its length fits.
        let length = usize::try_from(header.length).unwrap_or(usize::MAX);
        let FrameHeader { fin, masking_key, .. } = header;
        let masking_key = masking_key.map(u32::from_le_bytes);
        Ok(Some(Arriving { opcode, fin, masking_key, length, seen: 0 }))
    }
    // ANCHOR_END: begin

    // ANCHOR: take_payload
    /// Unmasks, inflates and checks what has arrived of the payload, and takes it once it is whole.
    #[inline]
    fn take_payload(&mut self, frame: Arriving) -> Result<bool, Failure> {
        let arrived = frame.length.min(self.buffer.len() - self.start);
        let new = &mut self.buffer[self.start + frame.seen..self.start + arrived];
        if let Some(key) = frame.masking_key {
            mask(new, key.to_le_bytes(), frame.seen);
        }
        let whole = arrived == frame.length;
        let is_end = frame.fin && whole;
        let text = match &mut self.inflater {
            Some(inflater) if self.compressed && !frame.opcode.is_control() => {
                let known = self.assembled.len();
                inflater.inflate(new, &mut self.assembled, self.limits.message)?;
                if is_end {
                    inflater.finish(&mut self.assembled, self.limits.message)?;
                }
                &self.assembled[known..]
            }
            _ => new,
        };
        if frame.opcode == Opcode::Text {
            self.utf8.push(text)?;
            if is_end {
                self.utf8.finish()?;
            }
        }
        if whole {
            self.found = self.start;
            self.start += frame.length;
        } else {
            self.arriving = Some(Arriving { seen: arrived, ..frame });
        }
        Ok(whole)
    }
    // ANCHOR_END: take_payload

    // ANCHOR: fragments
    /// Does this data frame complete a message?
    #[inline]
    fn completes_message(&mut self, frame: Arriving) -> bool {
        if !frame.fin || self.message.is_some() || self.compressed {
            self.keep_fragment(frame);
        }
        frame.fin
    }

    /// Keeps the payload of a fragment for later, or for now if it is the last one.
    #[inline(never)]
    fn keep_fragment(&mut self, Arriving { fin, opcode, .. }: Arriving) {
        if !self.compressed {
            self.assembled.extend_from_slice(&self.buffer[self.found..self.start]);
        }
        self.found_assembled = fin;
        self.message = if fin { None } else { Some(opcode) };
        self.fragments = if fin { 0 } else { self.fragments + 1 };
    }
    // ANCHOR_END: fragments
}
