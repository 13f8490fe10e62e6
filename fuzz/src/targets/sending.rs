//! What an endpoint sends while a program and a peer ask for it in any order: pongs, closing, writes

use arbitrary::{Arbitrary, Result, Unstructured};
use echo::{CloseCode, CloseFrame, Encoded, Endpoint, Message, Role};
use testkit::{Frame, Masking, Opcode};

use crate::check::{frames, written};
use crate::settings::setup;

/// The most pongs that may wait to be written (RFC 6455 §5.5.3). One more, for the latest ping, is sent
/// when these are written, or before a close frame.
const PONGS_MAX: usize = 128;

#[derive(Arbitrary, Debug)]
enum Step {
    /// The program sends a message.
    Message { is_text: bool, content: String },
    /// The program sends texts that were encoded for many connections.
    Shared(Vec<String>),
    /// The program writes the header, and the payload without a copy of it.
    Uncopied { content: Vec<u8>, written: u16 },
    /// The program sends a ping.
    Ping,
    /// The peer sends this many pings.
    Pinged(u8),
    /// The program closes.
    Close { code: Option<u16>, reason: String },
    /// The peer closes.
    Closed(Option<u16>),
    /// This many of the pending bytes are written.
    Written(u16),
    /// The program waits.
    Rest,
}

/// The input: five bytes of settings, and a structure of calls.
pub(crate) fn run(bytes: &[u8]) -> Result<()> {
    let mut input = Unstructured::new(bytes);
    let setup = setup(&mut input)?;
    let steps = Vec::<Step>::arbitrary_take_rest(input)?;
    let endpoint = Endpoint::new(setup.role, echo::Limits::default(), Vec::new(), setup.agreed);
    let mut model =
        Model { endpoint, wire: Vec::new(), due: Vec::new(), pings: 0, is_closed: false };
    for step in steps {
        model.step(step);
        let waiting = model.endpoint.outbound().pending().len();
        // The payload of each ping has four bytes, and a client masks its pong with a key of four.
        let pong = if setup.role == Role::Server { 6 } else { 10 };
        let others: usize = model.due.iter().map(|frame| frame.payload.len() + 14).sum();
        assert!(
            waiting <= (PONGS_MAX + usize::from(model.is_closed)) * pong + others,
            "{waiting} bytes wait"
        );
        assert_eq!(model.endpoint.outbound().is_closed(), model.is_closed);
    }
    let rest = written(model.endpoint.outbound());
    model.wire.extend(rest);
    let sent = frames(setup, &model.wire);
    let (pongs, others): (Vec<Frame>, Vec<Frame>) =
        sent.into_iter().partition(|frame| frame.opcode == Opcode::Pong);
    assert_eq!(others, model.due, "all but the pongs");
    // §5.5.3: a pong has the payload of a ping, pongs come in the order of the pings, and the latest
    // ping has one.
    let answered = pongs.iter().map(|pong| {
        u32::from_be_bytes(pong.payload[..].try_into().expect("a pong has the payload of its ping"))
    });
    let answered: Vec<u32> = answered.collect();
    assert!(answered.is_sorted_by(|before, after| before < after), "{answered:?}");
    assert_eq!(answered.last().copied(), model.pings.checked_sub(1), "the latest ping");
    if model.pings <= 128 {
        assert_eq!(answered.len(), usize::try_from(model.pings).unwrap_or_default());
    }
    Ok(())
}

struct Model {
    endpoint: Endpoint,
    /// What was written.
    wire: Vec<u8>,
    /// The frames that must be sent, without pongs.
    due: Vec<Frame>,
    /// The number of pings that were received while the connection was open.
    pings: u32,
    is_closed: bool,
}

impl Model {
    fn step(&mut self, step: Step) {
        let is_open = !self.is_closed;
        match step {
            Step::Message { is_text, content } => {
                let content = content.as_bytes();
                let message =
                    if is_text { Message::Text(content) } else { Message::Binary(content) };
                self.endpoint.outbound().message(message);
                let frame = if is_text { Frame::text(content) } else { Frame::binary(content) };
                self.due.extend(Some(frame).filter(|_| is_open));
            }
            Step::Shared(texts) => {
                let write = |text: &String, buffer: &mut Vec<u8>| buffer.extend(text.bytes());
                self.endpoint.outbound().encoded(&Encoded::texts(&texts, write));
                self.due.extend(texts.into_iter().map(Frame::text).filter(|_| is_open));
            }
            Step::Uncopied { content, written } => self.uncopied(content, usize::from(written)),
            Step::Ping => {
                self.endpoint.outbound().ping();
                self.due.extend(Some(Frame::ping([])).filter(|_| is_open));
            }
            Step::Pinged(count) => {
                for _ in 0..count {
                    let ping = Frame::ping(self.pings.to_be_bytes());
                    self.receive(&ping);
                    self.pings += u32::from(is_open);
                }
            }
            Step::Close { code, reason } => {
                let code = code.and_then(CloseCode::new);
                let close = code.map(|code| CloseFrame { code, reason: &reason });
                self.endpoint.outbound().close(close);
                let mut most = reason.len().min(123);
                while !reason.is_char_boundary(most) {
                    most -= 1;
                }
                let close = code.map(|code| Frame::close(code.number(), &reason[..most]));
                self.close(close.unwrap_or_else(|| Frame::close_with([])));
            }
            Step::Closed(code) => {
                let code = code.filter(|&code| CloseCode::new(code).is_some());
                let frame =
                    code.map_or_else(|| Frame::close_with([]), |code| Frame::close(code, ""));
                if self.receive(&frame) {
                    self.close(frame);
                }
            }
            Step::Written(count) => self.written(usize::from(count)),
            Step::Rest => {
                self.endpoint.rest();
                self.endpoint.outbound().rest();
            }
        }
    }

    /// Nothing is sent after a close frame (§5.5.1).
    fn close(&mut self, frame: Frame) {
        if !std::mem::replace(&mut self.is_closed, true) {
            self.due.push(frame);
        }
    }

    /// Receives a frame of the peer. Returns whether the connection ends by it.
    fn receive(&mut self, frame: &Frame) -> bool {
        let masking =
            if self.endpoint.role() == Role::Server { Masking::AsDue } else { Masking::Absent };
        let frame = Frame { masking, ..frame.clone() };
        self.endpoint.receive(&frame.bytes());
        self.endpoint.advance().is_err()
    }

    fn written(&mut self, count: usize) {
        let outbound = self.endpoint.outbound();
        let count = count.min(outbound.pending().len());
        self.wire.extend_from_slice(&outbound.pending()[..count]);
        outbound.written(count);
    }

    fn uncopied(&mut self, content: Vec<u8>, written: usize) {
        let outbound = self.endpoint.outbound();
        if !outbound.uncopied(Message::Binary(&content)) {
            return;
        }
        let both = [outbound.pending(), &content].concat();
        let written = written.min(both.len());
        outbound.written_uncopied(written, &content);
        self.wire.extend_from_slice(&both[..written]);
        assert!(!self.is_closed, "nothing is sent after a close frame");
        self.due.push(Frame::binary(content));
    }
}
