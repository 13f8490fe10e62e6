//! Frames that are right, or nearly right: the same comparison, with compressed messages

use arbitrary::{Arbitrary, Result, Unstructured};
use echo::Role;
use flate2::{Compress, Compression, FlushCompress};
use testkit::{Frame, Masking, Opcode};

use crate::check::{Setup, check};
use crate::settings::setup;

/// Four bytes that the sender of a compressed message removes (RFC 7692 §7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
/// The most bytes that a payload is repeated to.
const REPEATED_MAX: usize = 4000;

#[derive(Arbitrary, Debug)]
struct Input {
    cuts: [u8; 3],
    steps: Vec<Step>,
}

/// What the peer sends next.
#[derive(Arbitrary, Debug)]
enum Step {
    /// A message in fragments, with pings between them.
    Message { is_text: bool, compression: Option<u8>, content: Content, fragments: Vec<u8> },
    /// A control frame.
    Control { kind: u8, payload: Vec<u8> },
    /// Any frame.
    Frame { first: u8, extended: u8, payload: Vec<u8>, key: [u8; 4] },
    /// Any bytes.
    Raw(Vec<u8>),
}

/// What a message contains.
#[derive(Arbitrary, Debug)]
enum Content {
    Text(String),
    Bytes(Vec<u8>),
    Repeated(u8, u16),
}

/// The input: five bytes of settings, and a structure of pieces and frames.
pub(crate) fn run(bytes: &[u8]) -> Result<()> {
    let mut input = Unstructured::new(bytes);
    let setup = setup(&mut input)?;
    let Input { cuts, steps } = Input::arbitrary_take_rest(input)?;
    let mut sender =
        Sender { setup, stream: Compress::new(Compression::fast(), false), wire: Vec::new() };
    for step in steps {
        sender.send(step);
    }
    check(setup, &sender.wire, &cuts);
    Ok(())
}

struct Sender {
    setup: Setup,
    stream: Compress,
    wire: Vec<u8>,
}

impl Sender {
    fn send(&mut self, step: Step) {
        match step {
            Step::Message { is_text, compression, content, fragments } => {
                self.message(is_text, compression, &content, &fragments);
            }
            Step::Control { kind, payload } => {
                let opcode = [Opcode::Ping, Opcode::Pong, Opcode::Close][usize::from(kind) % 3];
                self.frame(&Frame::new(opcode, payload));
            }
            Step::Frame { first, extended, payload, key } => {
                let mut frame = Frame::new(Opcode::from_bits(first), payload);
                (frame.fin, frame.rsv) = (first & 0x80 != 0, first >> 4 & 7);
                frame.masking = if key[0] == 0 { self.masking() } else { Masking::Key(key) };
                let length = frame.payload.len() as u64;
                // The form of the length may be too long. One that is too short would only cut it.
                let least = testkit::shortest_form(length);
                let extended = [least, least, least.max(2), 8][usize::from(extended) % 4];
                self.wire.extend(frame.bytes_declaring(length, extended));
            }
            Step::Raw(bytes) => self.wire.extend(bytes),
        }
    }

    fn message(
        &mut self,
        is_text: bool,
        compression: Option<u8>,
        content: &Content,
        fragments: &[u8],
    ) {
        let content = match content {
            Content::Text(text) => text.clone().into_bytes(),
            Content::Bytes(bytes) => bytes.clone(),
            Content::Repeated(byte, times) => vec![*byte; usize::from(*times).min(REPEATED_MAX)],
        };
        let compression = compression.filter(|_| self.setup.agreed.is_some());
        let content = match compression {
            Some(level) => self.compress(&content, level),
            None => content,
        };
        let mut rest = &content[..];
        let opcode = if is_text { Opcode::Text } else { Opcode::Binary };
        let rsv = if compression.is_some() { 4 } else { 0 };
        let mut frame = Frame::new(opcode, Vec::new()).with_rsv(rsv);
        for &size in fragments {
            let (now, behind) = rest.split_at(usize::from(size).min(rest.len()));
            self.frame(&Frame { payload: now.to_vec(), fin: false, ..frame });
            if size % 8 == 7 {
                self.frame(&Frame::ping("between"));
            }
            frame = Frame::continuation(Vec::new());
            rest = behind;
        }
        self.frame(&Frame { payload: rest.to_vec(), ..frame });
    }

    /// Compresses as a peer with context takeover does, or at level 0 with blocks of any kind.
    fn compress(&mut self, content: &[u8], level: u8) -> Vec<u8> {
        if level.is_multiple_of(4) {
            self.stream.reset();
        }
        let mut bytes = Vec::with_capacity(content.len() + 1024);
        let flush = if level % 8 == 7 { FlushCompress::Finish } else { FlushCompress::Sync };
        // There is room for all of it.
        let _ = self.stream.compress_vec(content, &mut bytes, flush);
        if let FlushCompress::Finish = flush {
            self.stream.reset();
            // RFC 7692 §7.2.3.4: an empty block follows a final one.
            bytes.push(0);
        } else if bytes.ends_with(&TAIL) {
            bytes.truncate(bytes.len() - TAIL.len());
        }
        bytes
    }

    fn masking(&self) -> Masking {
        if self.setup.role == Role::Server { Masking::AsDue } else { Masking::Absent }
    }

    fn frame(&mut self, frame: &Frame) {
        let frame = Frame { masking: self.masking(), ..frame.clone() };
        self.wire.extend(frame.bytes());
    }
}
