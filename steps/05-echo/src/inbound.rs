//! Bytes in, events out.

use std::mem::{replace, take};

use framing::{FrameHeader, Opcode};
use unmasking::mask;

use crate::outbound::Role;
use crate::{CloseFrame, Failure, Limits, Utf8, pool};

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

    /// The opcode of its first frame.
    pub(crate) fn opcode(self) -> Opcode {
        match self {
            Self::Text(_) => Opcode::Text,
            Self::Binary(_) => Opcode::Binary,
        }
    }
}

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

/// An event whose payload has been located but not yet borrowed, which lets a loop go on looking.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found {
    Text,
    Binary,
    Ping,
    Pong,
    Close,
}

/// The half that takes what the peer sends.
///
/// Any way of cutting the same bytes into pieces gives the same events. After a failure, and after
/// a close, nothing more is found: the bytes behind are ignored (§5.5.1).
#[derive(Debug)]
pub struct Inbound {
    pub(crate) role: Role,
    message_max: usize,
    fragments_max: u32,
    /// What was read; the bytes before `start` are used up.
    buffer: Vec<u8>,
    start: usize,
    /// The frame whose payload begins at `start`, if its header has been read.
    frame: Option<FrameHeader>,
    /// Bytes of that payload that have been unmasked, and checked if they are text.
    seen: usize,
    /// The message whose frames are arriving, and what came of it so far.
    message: Option<Found>,
    fragments: u32,
    assembled: Vec<u8>,
    utf8: Utf8,
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
            message_max: limits.message,
            fragments_max: limits.fragments,
            buffer: received,
            start: 0,
            frame: None,
            seen: 0,
            message: None,
            fragments: 0,
            assembled: Vec::new(),
            utf8: Utf8::default(),
            found: 0,
            found_assembled: false,
            ended: false,
        }
    }

    /// Takes bytes that have been read elsewhere.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer().extend_from_slice(bytes);
    }

    /// The buffer to read into: bytes appended to it are bytes received.
    ///
    /// There is always room in it. It grows with what has arrived, never with what a peer declares
    /// will come.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        if self.buffer.capacity() < pool::BUFFER {
            let pooled = pool::take();
            let moved_out = replace(&mut self.buffer, pooled);
            self.buffer.extend_from_slice(&moved_out);
        }
        if self.buffer.capacity() - self.buffer.len() < ROOM_MIN {
            self.buffer.drain(..self.start);
            self.start = 0;
            if self.buffer.capacity() - self.buffer.len() < ROOM_MIN {
                self.buffer.reserve(self.buffer.capacity());
            }
        }
        &mut self.buffer
    }

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

    /// The next thing that the peer has said, or `None` if the bytes so far do not complete one.
    ///
    /// # Errors
    /// [`Failure`], once: all that was said before it has been delivered.
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, Failure> {
        Ok(match self.find()? {
            None => None,
            Some(Found::Text) => Some(Event::Message(Message::Text(self.found()))),
            Some(Found::Binary) => Some(Event::Message(Message::Binary(self.found()))),
            Some(Found::Ping) => Some(Event::Ping(self.found())),
            Some(Found::Pong) => Some(Event::Pong(self.found())),
            Some(Found::Close) => Some(Event::Close(CloseFrame::decode(self.found())?)),
        })
    }

    /// The payload that was found last.
    pub(crate) fn found(&self) -> &[u8] {
        if self.found_assembled { &self.assembled } else { &self.buffer[self.found..self.start] }
    }

    /// Finds the next event, and the first rule that is broken.
    pub(crate) fn find(&mut self) -> Result<Option<Found>, Failure> {
        if take(&mut self.found_assembled) {
            self.assembled = Vec::new();
        }
        if self.ended {
            self.start = self.buffer.len();
        }
        if self.start == self.buffer.len() {
            return Ok(None);
        }
        let found = self.find_in_frames();
        if let Err(_) | Ok(Some(Found::Close)) = found {
            self.ended = true;
        }
        found
    }

    fn find_in_frames(&mut self) -> Result<Option<Found>, Failure> {
        loop {
            let Some(header) = self.header()? else { return Ok(None) };
            if !self.take_payload(&header)? {
                return Ok(None);
            }
            self.frame = None;
            match header.opcode {
                Opcode::Text | Opcode::Binary | Opcode::Continuation => {
                    if let Some(message) = self.end(&header)? {
                        return Ok(Some(message));
                    }
                }
                Opcode::Ping => return Ok(Some(Found::Ping)),
                Opcode::Pong => return Ok(Some(Found::Pong)),
                Opcode::Close => {
                    // Whether it is valid is to be known before it is answered.
                    CloseFrame::decode(self.found())?;
                    return Ok(Some(Found::Close));
                }
            }
        }
    }

    /// The header of the frame that is arriving, once it is there.
    #[inline]
    fn header(&mut self) -> Result<Option<FrameHeader>, Failure> {
        if self.frame.is_none() {
            let arrived = &self.buffer[self.start..];
            if let Some((header, length)) = FrameHeader::decode(arrived, self.role.masking())? {
                self.begin(&header)?;
                self.start += length;
                self.seen = 0;
                self.frame = Some(header);
            }
        }
        Ok(self.frame)
    }

    /// May a frame with this header come now (§5.4), and is it within the limits?
    #[inline]
    fn begin(&mut self, header: &FrameHeader) -> Result<(), Failure> {
        let message = match (header.opcode, self.message) {
            (Opcode::Ping | Opcode::Pong | Opcode::Close, _) => return Ok(()),
            (Opcode::Continuation, None) => return Err(Failure::NothingToContinue),
            (Opcode::Continuation, Some(message)) => message,
            (Opcode::Text | Opcode::Binary, Some(_)) => return Err(Failure::MessageUnfinished),
            (Opcode::Text, None) => Found::Text,
            (Opcode::Binary, None) => Found::Binary,
        };
        let room = self.message_max - self.assembled.len();
        if header.length > room as u64 {
            return Err(Failure::MessageTooBig(self.message_max));
        }
        if self.fragments == self.fragments_max {
            return Err(Failure::TooManyFragments(self.fragments_max));
        }
        self.message = Some(message);
        self.fragments += 1;
        Ok(())
    }

    /// Unmasks and checks what has arrived of the payload, and takes it once it is whole.
    #[inline]
    fn take_payload(&mut self, header: &FrameHeader) -> Result<bool, Failure> {
        // No frame is longer than the limit on messages, so its length fits.
        let length = usize::try_from(header.length).unwrap_or(usize::MAX);
        let arrived = length.min(self.buffer.len() - self.start);
        let new = &mut self.buffer[self.start + self.seen..self.start + arrived];
        if let Some(key) = header.masking_key {
            mask(new, key, self.seen);
        }
        if matches!(self.message, Some(Found::Text)) && !header.opcode.is_control() {
            self.utf8.push(new)?;
        }
        self.seen = arrived;
        if arrived < length {
            return Ok(false);
        }
        self.found = self.start;
        self.start += length;
        Ok(true)
    }

    /// Ends a data frame: keeps its payload for later, or says what message it completes.
    #[inline]
    fn end(&mut self, header: &FrameHeader) -> Result<Option<Found>, Failure> {
        let whole = header.fin && self.fragments == 1;
        if !whole {
            self.assembled.extend_from_slice(&self.buffer[self.found..self.start]);
        }
        if !header.fin {
            return Ok(None);
        }
        self.utf8.finish()?;
        self.fragments = 0;
        self.found_assembled = !whole;
        Ok(self.message.take())
    }
}
