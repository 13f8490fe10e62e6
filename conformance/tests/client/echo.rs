//! The echo: messages, compression and closing.

use std::io::Read as _;
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

use crate::flaw::Flaw;
use crate::frames::{Frame, Over, Wire};
use crate::numbers::random;
use crate::opening::Agreed;

/// How long the client waits for the server to end TCP.
const PATIENCE: Duration = Duration::from_secs(2);

/// The longest message that the client takes.
const MESSAGE_MAX: usize = 1024 * 1024;

/// A message that has begun.
#[derive(Default)]
struct Message {
    opcode: u8,
    compressed: bool,
    fragments: usize,
    payload: Vec<u8>,
}

/// Echoes until it is over. Returns whether the closing handshake was done.
pub(crate) fn run(stream: &TcpStream, agreed: Agreed, unread: Vec<u8>, flaw: Option<Flaw>) -> bool {
    let mut wire = Wire { stream, flaw, unread, compressed: agreed.compressed, key: random() };
    let bits = if wire.has(Flaw::WideWindow) { 15 } else { agreed.bits.unwrap_or(15) };
    let mut echo = Echo {
        agreed,
        message: None,
        pongs: Vec::new(),
        inflate: Decompress::new(false),
        deflate: Compress::new_with_window_bits(Compression::best(), false, bits.max(9)),
    };
    let over = loop {
        match wire.next().and_then(|frame| echo.hear(&wire, frame)) {
            Ok(()) => {}
            Err(over) => break over,
        }
    };
    if let Over::Broke(code) = over
        && code != 0
    {
        let _ = wire.send(8, 0, &code.to_be_bytes());
    }
    if wire.has(Flaw::EchoesAfterClose) {
        while let Ok(Some((frame, used))) = wire.parse() {
            wire.unread.drain(..used);
            let _ = wire.send(frame.opcode, 0, &frame.payload);
        }
    }
    let closed = matches!(over, Over::Broke(0));
    if closed && !wire.has(Flaw::EndsTcpFirst) {
        let patience = (!wire.has(Flaw::WaitsForEver)).then_some(PATIENCE);
        stream.set_read_timeout(patience).unwrap();
        while matches!((&mut &*stream).read(&mut [0; 1024]), Ok(1..)) {}
    }
    let _ = stream.shutdown(Shutdown::Both);
    closed
}

struct Echo {
    agreed: Agreed,
    message: Option<Message>,
    pongs: Vec<Vec<u8>>,
    inflate: Decompress,
    deflate: Compress,
}

impl Echo {
    fn hear(&mut self, wire: &Wire, frame: Frame) -> Result<(), Over> {
        let has = |flaw| wire.has(flaw);
        match frame.opcode {
            8 => Err(close(wire, &frame.payload)),
            9 if has(Flaw::NoPong) || has(Flaw::OverlooksEmptyPing) && frame.payload.is_empty() => {
                Ok(())
            }
            9 if has(Flaw::PongAfterTheMessage) && self.message.is_some() => {
                self.pongs.push(frame.payload);
                Ok(())
            }
            9 if has(Flaw::CutsPong) => {
                wire.send(10, 0, &frame.payload[..frame.payload.len().min(124)])
            }
            9 => wire.send(10, 0, &frame.payload),
            10 if has(Flaw::AnswersPong) => wire.send(10, 0, &frame.payload),
            10 | 3..=7 | 11.. => Ok(()),
            _ => self.data(wire, &frame),
        }
    }

    fn data(&mut self, wire: &Wire, frame: &Frame) -> Result<(), Over> {
        let has = |flaw| wire.has(flaw);
        let is_start = frame.opcode != 0;
        let is_open = self
            .message
            .as_ref()
            .is_some_and(|message| !(has(Flaw::EmptyIsNoStart) && message.payload.is_empty()));
        if is_start && is_open && !has(Flaw::TakesNewStart) {
            return Err(Over::Broke(1002));
        }
        if is_start {
            let compressed = wire.compressed && frame.rsv & 4 != 0;
            self.message = Some(Message { opcode: frame.opcode, compressed, ..Message::default() });
        } else if self.message.is_none() && has(Flaw::TakesNoStart) {
            self.message = Some(Message { opcode: 1, ..Message::default() });
        }
        let Some(message) = &mut self.message else { return Err(Over::Broke(1002)) };
        if has(Flaw::ChecksEachFragment)
            && message.opcode == 1
            && !message.compressed
            && std::str::from_utf8(&frame.payload).is_err()
        {
            return Err(Over::Broke(1007));
        }
        message.fragments += 1;
        message.payload.extend_from_slice(&frame.payload);
        let ends = frame.fin
            || has(Flaw::OverlooksFin) && message.opcode == 1 && message.payload == b"Hel"
            || has(Flaw::EmptyIsTheEnd) && frame.payload.is_empty() && !is_start;
        if !ends {
            return Ok(());
        }
        let message = self.message.take().unwrap_or_default();
        self.answer(wire, message)?;
        self.pongs.drain(..).try_for_each(|pong| wire.send(10, 0, &pong))
    }

    fn answer(&mut self, wire: &Wire, mut message: Message) -> Result<(), Over> {
        let has = |flaw| wire.has(flaw);
        if message.compressed && !(has(Flaw::ForgetsCompression) && message.fragments > 1) {
            message.payload = match self.inflated(&message.payload, has(Flaw::InflatesForEver)) {
                Err(1007) if has(Flaw::OverlooksCorruption) => b"corrupt".to_vec(),
                inflated => inflated.map_err(Over::Broke)?,
            };
            if has(Flaw::Misinflates) {
                message.payload.reverse();
            }
        } else if has(Flaw::PlainResetsWindow) {
            self.inflate.reset(false);
        }
        let is_checked = !(has(Flaw::AnyText)
            || has(Flaw::ChecksWholeFramesOnly) && message.fragments > 1
            || has(Flaw::InflatedIsText) && message.compressed
            || has(Flaw::ForgetsCompression) && message.compressed && message.fragments > 1
            || has(Flaw::TakesIncomplete) && message.payload.ends_with(&[0xe2, 0x82]));
        if message.opcode == 1 && is_checked && std::str::from_utf8(&message.payload).is_err() {
            return Err(Over::Broke(1007));
        }
        if has(Flaw::Garbles) {
            message.payload.reverse();
        }
        if has(Flaw::Strips) {
            message.payload = message.payload.trim_ascii_end().to_vec();
        }
        if has(Flaw::DropsByteOrderMark) && message.payload.starts_with(&[0xef, 0xbb, 0xbf]) {
            message.payload.drain(..3);
        }
        let opcode = if has(Flaw::BinaryAsText) { 1 } else { message.opcode };
        if self.agreed.compressed {
            let payload = self.deflated(&message.payload, has(Flaw::KeepsContext));
            return wire.send(opcode, 4, &payload);
        }
        wire.send(opcode, 0, &message.payload)
    }

    /// Inflates a message, or returns the status code to close with.
    fn inflated(&mut self, message: &[u8], any_size: bool) -> Result<Vec<u8>, u16> {
        if self.agreed.fresh_in {
            self.inflate.reset(false);
        }
        let message = [message, &[0, 0, 0xff, 0xff]].concat();
        let (mut out, start) = (Vec::new(), self.inflate.total_in());
        loop {
            out.reserve(65_536);
            let used = usize::try_from(self.inflate.total_in() - start).unwrap();
            let rest = &message[used..];
            let inflated = self.inflate.decompress_vec(rest, &mut out, FlushDecompress::Sync);
            inflated.map_err(|_| 1007_u16)?;
            if out.len() < out.capacity() {
                return Ok(out);
            }
            if out.len() > MESSAGE_MAX {
                if !any_size {
                    return Err(1009);
                }
                out.clear();
            }
        }
    }

    fn deflated(&mut self, message: &[u8], keeps_context: bool) -> Vec<u8> {
        if self.agreed.fresh_out && !keeps_context {
            self.deflate.reset();
        }
        let mut out = Vec::with_capacity(message.len() + 1024);
        self.deflate.compress_vec(message, &mut out, FlushCompress::Sync).unwrap();
        out.truncate(out.len() - 4);
        out
    }
}

/// Answers a close frame, and says how the conversation is over.
fn close(wire: &Wire, payload: &[u8]) -> Over {
    let has = |flaw| wire.has(flaw);
    if has(Flaw::NoCloseFrame) {
        return Over::Gone;
    }
    let answer: &[u8] = match payload {
        [] if has(Flaw::OverlooksEmptyClose) => return Over::Gone,
        [] => &[],
        [_] if has(Flaw::WrongCodeForOneByte) => return Over::Broke(1000),
        [_] if has(Flaw::TakesOneByte) => payload,
        [_] => return Over::Broke(1002),
        [high, low, reason @ ..] => {
            let is_good = match u16::from_be_bytes([*high, *low]) {
                1000..=1003 | 1007..=1011 | 3000..=4999 => true,
                1012..=1014 => !has(Flaw::OldCodesOnly),
                _ => has(Flaw::AnyCode),
            };
            if !is_good {
                return Over::Broke(1002);
            }
            if std::str::from_utf8(reason).is_err() && !has(Flaw::AnyReason) {
                return Over::Broke(1007);
            }
            if has(Flaw::AnyCode) { &[3, 0xe8] } else { &payload[..2] }
        }
    };
    let answer = if has(Flaw::Sends1005) { &[3, 0xed] } else { answer };
    let _ = match wire.flaw {
        Some(Flaw::SendsReservedOpcode) => wire.send(3, 0, b""),
        Some(Flaw::ContinuesNothing) => wire.send(0, 0, b"more"),
        Some(Flaw::SendsBinaryAsText) => wire.send(1, 0, &[0xff]),
        _ => Ok(()),
    };
    match wire.send(8, 0, answer) {
        Ok(()) => Over::Broke(0),
        Err(over) => over,
    }
}
