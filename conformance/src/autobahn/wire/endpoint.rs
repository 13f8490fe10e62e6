//! One end of a connection, as the original judge behaves: it answers pings and closes, fails a
//! peer that breaks the framing, and goes on reading until TCP ends.
//!
//! A fault is answered by a close frame, and the frame with the fault is then taken as if it were
//! right. A second fault ends TCP. Both are the original's choice, and the verdicts depend on them.

use std::time::{Duration, Instant};

use crate::autobahn::wire::content::Content;
use crate::autobahn::wire::deflate::{Deflate, Inflater};
use crate::autobahn::wire::frame::{
    Frame, RSV1, Writes, first_byte, mask, opcode, opcode::is_control,
};
use crate::autobahn::wire::output::Output;
use crate::autobahn::wire::random::Random;
use crate::autobahn::wire::record::Record;

/// How long the peer may take to answer a close frame.
const CLOSE_TIME: Duration = Duration::from_secs(1);
/// How long a server may take to end TCP after the closing handshake.
const DROP_TIME: Duration = Duration::from_secs(1);
/// The status codes below 3000 that a close frame may have.
const KNOWN_CODES: [u16; 9] = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011];
/// How much of a control frame is kept. Longer ones break the framing.
const CONTROL_KEPT: usize = 4096;

/// The part that the judge plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It judges a server.
    Client,
    /// It judges a client.
    Server,
}

/// How far the connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// No close frame was sent.
    Open,
    /// A close frame was sent.
    Closing,
    /// TCP has ended, or the judge ends it.
    Closed,
}

/// How the judge ends TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drop {
    /// When all is written.
    Orderly,
    /// At once.
    Abrupt,
}

/// How the connection ended.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, which a verdict combines")]
pub(crate) struct Ending {
    /// Whether the judge sent the first close frame.
    pub(crate) closed_by_me: bool,
    /// Whether the judge failed the connection.
    pub(crate) failed_by_me: bool,
    /// Whether the judge ended TCP, and how.
    pub(crate) dropped_by_me: Option<Drop>,
    /// Whether the closing handshake was complete.
    pub(crate) was_clean: bool,
    /// Whether a time limit was reached.
    pub(crate) timed_out: bool,
    /// The status code in the last close frame of the peer.
    pub(crate) remote_code: Option<u16>,
}

/// What the peer sent.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// A message is complete: see [`Endpoint::content`].
    Message,
    /// A pong, with its payload.
    Pong(Vec<u8>),
}

/// The header of the frame that is arriving, and how much of its payload has arrived.
struct Incoming {
    first: u8,
    key: Option<[u8; 4]>,
    length: u64,
    done: u64,
}

impl Incoming {
    fn opcode(&self) -> u8 {
        self.first & 15
    }

    fn fin(&self) -> bool {
        self.first & 0x80 != 0
    }
}

/// One end of a connection, without a socket or a clock.
pub(crate) struct Endpoint {
    role: Role,
    /// How far the connection is closed.
    pub(crate) state: State,
    /// How the connection ended, as far as is known.
    pub(crate) ending: Ending,
    /// What waits to be written.
    pub(crate) output: Output,
    /// The message that is arriving, or that has just arrived.
    pub(crate) content: Content,
    /// What went over the wire.
    pub(crate) record: Record,
    /// When a peer that does not answer the close frame has failed to.
    close_limit: Option<Instant>,
    /// When a server that does not end TCP has failed to.
    drop_limit: Option<Instant>,
    now: Instant,
    random: Random,
    header: Vec<u8>,
    frame: Option<Incoming>,
    control: Vec<u8>,
    is_inside_message: bool,
    is_compressed: bool,
    inflater: Option<Inflater>,
    /// Whether the peer sent what the original cannot read.
    is_broken: bool,
    /// The frame that is sent in parts: its key, and how much of it was sent.
    parts: (Option<[u8; 4]>, u64),
}

impl Endpoint {
    /// The judge's end of a connection whose opening handshake is complete.
    pub(crate) fn new(role: Role, deflate: Option<Deflate>, now: Instant) -> Self {
        let incoming = |deflate: Deflate| match role {
            Role::Client => deflate.server,
            Role::Server => deflate.client,
        };
        Self {
            role,
            state: State::Open,
            ending: Ending::default(),
            output: Output::default(),
            content: Content::default(),
            record: Record::default(),
            close_limit: None,
            drop_limit: None,
            now,
            random: Random::fresh(),
            header: Vec::with_capacity(14),
            frame: None,
            control: Vec::new(),
            is_inside_message: false,
            is_compressed: false,
            inflater: deflate.map(|deflate| Inflater::new(incoming(deflate))),
            is_broken: false,
            parts: (None, 0),
        }
    }

    /// Sends a frame, whatever the state.
    pub(crate) fn send(&mut self, frame: &Frame) {
        let first = first_byte(frame.fin, frame.rsv, frame.opcode);
        self.send_raw(first, &frame.payload, frame.writes);
    }

    /// Sends a frame with this first byte, whatever the state.
    pub(crate) fn send_raw(&mut self, first: u8, payload: &[u8], writes: Writes) {
        self.record.frame('→', first, payload.len() as u64, payload);
        let key = self.key();
        self.output.frame(first, payload, key, writes);
    }

    /// Sends the header of a frame whose payload follows by [`Endpoint::send_part`].
    pub(crate) fn send_header(&mut self, first: u8, length: usize) {
        self.record.frame('→', first, length as u64, &[]);
        self.parts = (self.key(), 0);
        self.output.header(first, length, self.parts.0);
    }

    /// Sends a part of the payload of the frame that was begun last.
    pub(crate) fn send_part(&mut self, part: &[u8]) {
        self.record.note(format!("→ {} bytes of its payload", part.len()));
        let (key, offset) = self.parts;
        self.output.part(part, key, offset);
        self.parts.1 += part.len() as u64;
    }

    /// A client masks its frames with fresh keys (RFC 6455 §5.3). A server masks none.
    fn key(&mut self) -> Option<[u8; 4]> {
        (self.role == Role::Client).then(|| self.random.mask())
    }

    /// Begins the closing handshake with this payload, unless it has begun.
    pub(crate) fn close(&mut self, payload: &[u8]) {
        if self.state == State::Open {
            self.send_close(payload);
            self.ending.closed_by_me = true;
            self.close_limit = Some(self.now + CLOSE_TIME);
        }
    }

    fn send_close(&mut self, payload: &[u8]) {
        self.send_raw(first_byte(true, 0, opcode::CLOSE), payload, Writes::Together);
        self.state = State::Closing;
    }

    /// Fails the connection: by a close frame at first, and by ending TCP the second time.
    pub(crate) fn fail(&mut self, code: u16, reason: &str) {
        match self.state {
            State::Open => {
                self.ending.failed_by_me = true;
                let mut payload = code.to_be_bytes().to_vec();
                payload.extend(reason.bytes());
                self.close(&payload);
            }
            State::Closing => {
                self.ending.failed_by_me = true;
                self.record.note(format!("the judge ends TCP: {reason}"));
                self.drop_tcp(Drop::Orderly);
            }
            State::Closed => {}
        }
    }

    fn drop_tcp(&mut self, how: Drop) {
        if self.state != State::Closed {
            self.state = State::Closed;
            self.ending.dropped_by_me = Some(how);
        }
    }

    /// Gives up a connection whose peer sent what the original cannot read: its own connection
    /// ends by an error of the program.
    fn break_off(&mut self, why: &str) {
        self.record.note(why);
        self.state = State::Closed;
        self.is_broken = true;
    }

    /// Sets the clock, from which limits count.
    pub(crate) fn set_clock(&mut self, now: Instant) {
        self.now = now;
    }

    /// Ends TCP because the peer took too long.
    pub(crate) fn give_up(&mut self) {
        self.record.note("the peer took too long, and the judge ends TCP");
        self.ending.timed_out = true;
        self.ending.was_clean = false;
        self.drop_tcp(Drop::Abrupt);
    }

    /// When the peer has taken too long, and [`Endpoint::give_up`] must be called.
    pub(crate) fn limit(&self) -> Option<Instant> {
        [self.close_limit, self.drop_limit].into_iter().flatten().min()
    }

    /// Takes bytes from `input`, from the position `at` on, until something has arrived. Returns
    /// `None` if more bytes are needed, or if the connection has ended.
    pub(crate) fn next(&mut self, input: &mut [u8], at: &mut usize) -> Option<Arrival> {
        while self.state != State::Closed {
            let Some(frame) = &mut self.frame else {
                self.read_header(input, at)?;
                continue;
            };
            let rest = &mut input[*at..];
            let left = usize::try_from(frame.length - frame.done).unwrap_or(usize::MAX);
            if rest.is_empty() && left > 0 {
                return None;
            }
            let count = left.min(rest.len());
            let part = &mut rest[..count];
            if let Some(key) = frame.key {
                mask(part, key, frame.done);
            }
            frame.done += part.len() as u64;
            let is_whole = frame.done == frame.length;
            *at += part.len();
            self.take_payload(part);
            if is_whole
                && !self.is_broken
                && let Some(frame) = self.frame.take()
            {
                let arrival = self.end_frame(&frame);
                if arrival.is_some() {
                    return arrival;
                }
            }
        }
        None
    }

    /// Reads the header of a frame. What is wrong with it is found again if more of it arrives.
    fn read_header(&mut self, input: &[u8], at: &mut usize) -> Option<()> {
        let mut fill = |header: &mut Vec<u8>, length: usize| {
            let missing = length.saturating_sub(header.len()).min(input.len() - *at);
            header.extend_from_slice(&input[*at..*at + missing]);
            *at += missing;
            header.len() >= length
        };
        if !fill(&mut self.header, 2) {
            return None;
        }
        let (first, second) = (self.header[0], self.header[1]);
        let is_masked = second & 0x80 != 0;
        let short = second & 0x7f;
        let extended = match short {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let is_full = fill(&mut self.header, 2 + extended + if is_masked { 4 } else { 0 });
        self.check_start(first, is_masked, short);
        if !is_full {
            return None;
        }
        let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let length =
            if extended == 0 { short.into() } else { number(&self.header[2..2 + extended]) };
        if extended == 2 && length < 126 || extended == 8 && length < 65_536 {
            self.violation("the length is not in its shortest form");
        }
        if length > u64::MAX / 2 {
            self.violation("the length has its first bit set");
        }
        let key = self.header[2 + extended..].try_into().ok();
        self.header.clear();
        let frame = Incoming { first, key, length, done: 0 };
        self.begin_frame(&frame);
        self.frame = Some(frame);
        Some(())
    }

    /// Checks the first two bytes of a frame (RFC 6455 §5.2 to §5.5, RFC 7692 §6).
    fn check_start(&mut self, first: u8, is_masked: bool, short: u8) {
        let (fin, rsv, code) = (first & 0x80 != 0, first >> 4 & 7, first & 15);
        let compressed = self.inflater.is_some() && rsv == RSV1;
        let faults = [
            (rsv != 0 && !compressed, "a reserved bit is set"),
            (self.role == Role::Server && !is_masked, "a frame of a client is not masked"),
            (self.role == Role::Client && is_masked, "a frame of a server is masked"),
        ];
        let control = [
            (!fin, "a control frame is fragmented"),
            (short > 125, "a control frame is longer than 125 bytes"),
            (code > opcode::PONG, "the opcode is reserved"),
            (code == opcode::CLOSE && short == 1, "a close frame has half a status code"),
            (compressed, "a control frame is compressed"),
        ];
        let inside = self.is_inside_message;
        let data = [
            (code > opcode::BINARY, "the opcode is reserved"),
            (!inside && code == opcode::CONTINUATION, "no message has begun"),
            (inside && code != opcode::CONTINUATION, "a message begins within another"),
            (compressed && inside, "a continuation has RSV1 set"),
        ];
        let rest = if is_control(code) { control.as_slice() } else { data.as_slice() };
        for (_, fault) in faults.iter().chain(rest).filter(|(is_broken, _)| *is_broken) {
            self.violation(fault);
        }
    }

    fn violation(&mut self, fault: &str) {
        self.fail(1002, fault);
    }

    fn begin_frame(&mut self, frame: &Incoming) {
        if is_control(frame.opcode()) {
            self.control.clear();
        } else if !self.is_inside_message {
            self.is_inside_message = true;
            let code = frame.opcode();
            self.content.begin(code == opcode::TEXT, code == opcode::BINARY);
            self.is_compressed = frame.first >> 4 & 7 == RSV1 && self.inflater.is_some();
            if let (true, Some(inflater)) = (self.is_compressed, &mut self.inflater) {
                inflater.begin();
            }
        }
    }

    fn take_payload(&mut self, part: &[u8]) {
        let Some(frame) = &self.frame else { return };
        if is_control(frame.opcode()) {
            let room = CONTROL_KEPT.saturating_sub(self.control.len());
            self.control.extend_from_slice(&part[..part.len().min(room)]);
            return;
        }
        let content = &mut self.content;
        let mut is_valid = true;
        if let (true, Some(inflater)) = (self.is_compressed, &mut self.inflater) {
            let push = |part: &[u8]| is_valid &= content.push(part);
            if inflater.push(part, push).is_none() {
                return self.break_off("the message is not compressed data");
            }
        } else {
            is_valid = content.push(part);
        }
        if !is_valid {
            self.fail(1007, "a text is not UTF-8");
        }
    }

    fn end_frame(&mut self, frame: &Incoming) -> Option<Arrival> {
        let code = frame.opcode();
        let payload = if is_control(code) { &self.control } else { &self.content.kept };
        self.record.frame('←', frame.first, frame.length, payload);
        if is_control(code) {
            let payload = std::mem::take(&mut self.control);
            match code {
                opcode::CLOSE => self.closed_by_peer(&payload),
                opcode::PING if self.state == State::Open => {
                    self.send(&Frame::new(opcode::PONG, payload));
                }
                opcode::PONG => return Some(Arrival::Pong(payload)),
                _ => {}
            }
            return None;
        }
        if !frame.fin() {
            return None;
        }
        if let (true, Some(inflater)) = (self.is_compressed, &mut self.inflater)
            && inflater.end().is_none()
        {
            self.break_off("the message is not compressed data");
            return None;
        }
        if !self.content.is_complete() {
            self.fail(1007, "a text ends within a character");
        }
        self.is_inside_message = false;
        (!self.ending.failed_by_me).then_some(Arrival::Message)
    }

    /// Acts on a close frame (RFC 6455 §5.5.1, §7.1.1).
    fn closed_by_peer(&mut self, payload: &[u8]) {
        let code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
        self.ending.remote_code = code;
        if code.is_some_and(|code| !KNOWN_CODES.contains(&code) && !(3000..5000).contains(&code)) {
            self.violation("the status code must not be sent");
        }
        if payload.get(2..).is_some_and(|reason| str::from_utf8(reason).is_err()) {
            self.fail(1007, "the reason is not UTF-8");
            return self.break_off("the reason is not UTF-8");
        }
        self.ending.was_clean = self.state != State::Closed;
        match (self.state, self.role) {
            (State::Open, role) => {
                self.send_close(&1000_u16.to_be_bytes());
                if role == Role::Server {
                    self.drop_tcp(Drop::Orderly);
                }
            }
            (State::Closing, Role::Client) => {
                self.close_limit = None;
                self.drop_limit.get_or_insert(self.now + DROP_TIME);
            }
            (State::Closing, Role::Server) => self.drop_tcp(Drop::Abrupt),
            (State::Closed, _) => {}
        }
    }

    /// Notes that TCP has ended.
    pub(crate) fn lost(&mut self) {
        if self.state != State::Closed {
            self.record.note("the peer ended TCP");
            self.state = State::Closed;
        }
    }
}
