//! The receiving half of an endpoint as RFC 6455 describes it, for input that has arrived completely.

use testkit::{Frame, Opcode, shortest_form};

use crate::plain::inflate::{Decoded, Stop, inflate};

/// The four bytes that the sender of a compressed message removes (RFC 7692 §7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
/// The status codes that a close frame may carry: those that RFC 6455 §7.4.1 and the registry of IANA
/// define for it, and those that are free (§7.4.2).
const CODES: [std::ops::RangeInclusive<u16>; 3] = [1000..=1003, 1007..=1014, 3000..=4999];
/// The most pongs that wait to be written. Of later pings, only the latest is answered (§5.5.3).
const PONGS_MAX: usize = 128;

/// What an endpoint does with what it receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// It delivers a text.
    Text(Vec<u8>),
    /// It delivers a binary message.
    Binary(Vec<u8>),
    /// It has received a close frame, with this status code.
    Closed(Option<u16>),
    /// It fails the connection with this status code.
    Failed(u16),
}

/// What the model knows of the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Whether frames must be masked: the endpoint is a server (§5.1).
    pub(crate) is_masked: bool,
    /// Whether permessage-deflate was agreed on, and whether the peer then compresses each message by
    /// itself.
    pub(crate) compression: Option<bool>,
    /// The limit on messages, in bytes.
    pub(crate) message_max: usize,
    /// The limit on fragments of a message.
    pub(crate) fragments_max: usize,
}

/// The result for an endpoint that writes nothing before it has read all.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// What it delivers, and how the connection ends.
    pub(crate) events: Vec<Event>,
    /// The frames that it sends without being asked to: pongs, and the close frame. Each has the number
    /// of events before it.
    pub(crate) answers: Vec<(usize, Frame)>,
    /// Whether the failure may be noticed later: a compressed message is not DEFLATE, and its end has not
    /// arrived. RFC 7692 does not say when a receiver must notice this.
    pub(crate) may_be_late: bool,
}

/// Runs the model.
pub(crate) fn receive(rules: Rules, bytes: &[u8]) -> Outcome {
    let mut model = Model {
        rules,
        events: Vec::new(),
        answers: Vec::new(),
        pings: Vec::new(),
        message: None,
        stream: Vec::new(),
        known: 0,
        may_be_late: false,
    };
    let mut rest = bytes;
    let end = loop {
        match model.frame(rest) {
            Ok(0) => break None,
            Ok(used) => rest = &rest[used..],
            Err(end) => break Some(end),
        }
    };
    model.finish(end.as_ref())
}

/// A message that is arriving.
struct Message {
    opcode: Opcode,
    is_compressed: bool,
    fragments: usize,
    wire_length: u64,
    /// The payload as it was sent, without masks.
    payload: Vec<u8>,
}

struct Model {
    rules: Rules,
    events: Vec<Event>,
    answers: Vec<(usize, Frame)>,
    /// The payloads of the pings, and the number of events before each.
    pings: Vec<(usize, Vec<u8>)>,
    message: Option<Message>,
    /// The compressed bytes of all messages that the next one may refer to, and the length of what they
    /// decode to.
    stream: Vec<u8>,
    known: usize,
    may_be_late: bool,
}

/// How the connection ends.
enum End {
    Closed(Option<u16>),
    Failed(u16),
}

/// Fails with a code, unless a rule is kept.
fn rule(code: u16, is_kept: bool) -> Result<(), End> {
    if is_kept { Ok(()) } else { Err(End::Failed(code)) }
}

impl Model {
    /// Reads one frame. Returns its size, and 0 if it has not arrived completely.
    fn frame(&mut self, bytes: &[u8]) -> Result<usize, End> {
        let Some(&first) = bytes.first() else { return Ok(0) };
        let (fin, rsv, opcode) = (first & 0x80 != 0, first >> 4 & 7, Opcode::from_bits(first));
        // §5.2: the reserved bits, and the reserved opcodes. §5.5: control frames are not fragmented.
        let rsv_known = if self.rules.compression.is_some() { 4 } else { 0 };
        rule(1002, rsv & !rsv_known == 0)?;
        rule(1002, !matches!(opcode, Opcode::Reserved(_)))?;
        rule(1002, fin || !opcode.is_control())?;
        let Some(&second) = bytes.get(1) else { return Ok(0) };
        // §5.1: a client masks, and a server does not. §5.5: control frames have at most 125 bytes.
        let is_masked = second & 0x80 != 0;
        rule(1002, is_masked == self.rules.is_masked)?;
        rule(1002, !opcode.is_control() || second & 0x7f <= 125)?;
        // §5.2: the length has its shortest form, and its highest bit is 0.
        let extended = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let Some(number) = bytes.get(2..2 + extended) else { return Ok(0) };
        let number = number.iter().fold(0, |number, &byte| number << 8 | u64::from(byte));
        let length = if extended == 0 { u64::from(second & 0x7f) } else { number };
        rule(1002, length >> 63 == 0 && shortest_form(length) == extended)?;
        let start = 2 + extended + if is_masked { 4 } else { 0 };
        let Some(behind) = bytes.get(start..) else { return Ok(0) };

        self.begin(opcode, fin, rsv != 0, length)?;
        let is_whole = behind.len() as u64 >= length;
        let size =
            if is_whole { usize::try_from(length).unwrap_or_default() } else { behind.len() };
        let key = &bytes[2 + extended..start];
        let payload = behind[..size].iter().enumerate();
        let payload: Vec<u8> =
            payload.map(|(place, byte)| byte ^ key.get(place % 4).unwrap_or(&0)).collect();
        if opcode.is_control() {
            if is_whole {
                self.control(opcode, payload)?;
            }
        } else if let Some(mut message) = self.message.take() {
            message.payload.extend(payload);
            let is_end = is_whole && fin;
            let content = self.check(&message, is_end)?;
            if is_end {
                self.events.push(match message.opcode {
                    Opcode::Text => Event::Text(content),
                    _ => Event::Binary(content),
                });
            } else {
                self.message = Some(message);
            }
        }
        Ok(if is_whole { start + size } else { 0 })
    }

    /// Checks a header against those before it (§5.4, RFC 7692 §6) and against the limits (§10.4).
    fn begin(&mut self, opcode: Opcode, fin: bool, rsv1: bool, length: u64) -> Result<(), End> {
        rule(1002, !rsv1 || !opcode.is_control() && self.message.is_none())?;
        if opcode.is_control() {
            return Ok(());
        }
        rule(1002, (opcode == Opcode::Continuation) == self.message.is_some())?;
        let is_fragment = !fin || self.message.is_some();
        let message = self.message.get_or_insert(Message {
            opcode,
            is_compressed: rsv1,
            fragments: 0,
            wire_length: 0,
            payload: Vec::new(),
        });
        message.wire_length = message.wire_length.saturating_add(length);
        message.fragments += 1;
        let most = self.rules.message_max as u64;
        // How long a compressed message is shows later. But no message has twice as many bytes.
        let most = if message.is_compressed { 2 * most + 1024 } else { most };
        rule(1009, message.wire_length <= most)?;
        let is_counted = is_fragment || message.is_compressed;
        rule(1008, !is_counted || message.fragments <= self.rules.fragments_max)
    }

    /// Checks what has arrived of a message. Returns its content.
    ///
    /// The first fault in the order of the content counts: no UTF-8 (§8.1), more than the limit
    /// (§10.4), no DEFLATE (RFC 7692 §7.2.2).
    fn check(&mut self, message: &Message, is_end: bool) -> Result<Vec<u8>, End> {
        let (content, is_valid) = if message.is_compressed {
            self.decompress(&message.payload, is_end)
        } else {
            (message.payload.clone(), true)
        };
        let within = &content[..content.len().min(self.rules.message_max)];
        let utf8 = std::str::from_utf8(within);
        let is_text = message.opcode == Opcode::Text;
        rule(1007, !is_text || !utf8.is_err_and(|error| error.error_len().is_some()))?;
        rule(1009, within.len() == content.len())?;
        self.may_be_late = !is_valid && !is_end;
        rule(1007, is_valid)?;
        rule(1007, !is_end || !is_text || utf8.is_ok())?;
        Ok(content)
    }

    /// Decompresses a message (RFC 7692 §7.2.2). Returns its content, and whether it is valid.
    fn decompress(&mut self, payload: &[u8], is_end: bool) -> (Vec<u8>, bool) {
        let most = self.known + self.rules.message_max;
        let mut stream = [&self.stream, payload].concat();
        let Decoded { mut output, stop, newest, .. } = inflate(&stream, most);
        let content = output.split_off(self.known.min(output.len()));
        if !is_end || !matches!(stop, Stop::NeedsInput { .. }) {
            return (content, stop != Stop::Invalid);
        }
        // Behind a final block without a byte of another one, there is nothing to complete. Nor is
        // there in an empty message: both are nothing that a compressor writes, and are accepted.
        let is_nothing_begun = newest == stream.len() || payload.is_empty();
        if !is_nothing_begun {
            stream.extend(TAIL);
        }
        let Decoded { output, stop, newest, .. } = inflate(&stream, most);
        let is_whole = output.len() == self.known + content.len()
            && stop == (Stop::NeedsInput { is_between: true });
        self.known = output.len();
        self.stream = stream;
        if self.rules.compression == Some(true) || newest == self.stream.len() {
            (self.stream, self.known) = (Vec::new(), 0);
        }
        (content, is_nothing_begun || is_whole)
    }

    fn control(&mut self, opcode: Opcode, payload: Vec<u8>) -> Result<(), End> {
        match opcode {
            Opcode::Ping => self.pings.push((self.events.len(), payload)),
            Opcode::Close => return Err(close(&payload)),
            _ => {}
        }
        Ok(())
    }

    fn finish(mut self, end: Option<&End>) -> Outcome {
        let all = self.events.len();
        let beyond = self.pings.split_off(self.pings.len().min(PONGS_MAX));
        let latest = beyond.into_iter().last().map(|(_, payload)| (all, payload));
        let pongs = self.pings.into_iter().chain(latest);
        self.answers = pongs.map(|(before, payload)| (before, Frame::pong(payload))).collect();
        let close = |code: Option<u16>| {
            Frame::close_with(code.map_or(Vec::new(), |code| code.to_be_bytes().to_vec()))
        };
        match end {
            None => {}
            Some(&End::Closed(code)) => {
                self.events.push(Event::Closed(code));
                self.answers.push((all, close(code)));
            }
            Some(&End::Failed(code)) => {
                self.events.push(Event::Failed(code));
                self.answers.push((all, close(Some(code))));
            }
        }
        let Self { events, answers, may_be_late, .. } = self;
        Outcome { events, answers, may_be_late }
    }
}

/// Reads the payload of a close frame (§5.5.1, §7.4).
fn close(payload: &[u8]) -> End {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() { End::Closed(None) } else { End::Failed(1002) };
    };
    let code = u16::from_be_bytes(*code);
    if !CODES.iter().any(|codes| codes.contains(&code)) {
        End::Failed(1002)
    } else if std::str::from_utf8(reason).is_err() {
        End::Failed(1007)
    } else {
        End::Closed(Some(code))
    }
}
