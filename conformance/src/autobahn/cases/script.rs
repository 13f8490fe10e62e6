//! What a case consists of. The tables of this folder are written in these words.

use std::time::Duration;

use crate::autobahn::payloads::prepared::{MESSAGES, Series};
use crate::autobahn::wire::frame::{Frame, Writes, opcode};

/// A case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Its number, such as `6.22.3`.
    pub(crate) number: String,
    /// What the judge does, in a sentence.
    pub(crate) description: String,
    /// What the peer should do, in a sentence.
    pub(crate) expectation: String,
    /// What happens.
    pub(crate) script: Script,
}

/// The judge sends a message, and the next when one has come back. Only type and length count.
#[derive(Clone, Debug)]
pub(crate) struct Echo {
    pub(crate) is_binary: bool,
    /// What the payload repeats.
    pub(crate) pattern: &'static [u8],
    /// The length of each message.
    pub(crate) length: usize,
    /// The size of the fragments, if it is sent in fragments.
    pub(crate) fragment: Option<usize>,
    pub(crate) writes: Writes,
    /// How many messages are sent.
    pub(crate) count: usize,
    /// How long all may take.
    pub(crate) limit: Duration,
}

/// The steps of a case after the connection is open.
#[derive(Clone, Debug)]
pub(crate) enum Script {
    /// The judge sends some frames, and expects certain events.
    Exchange(Exchange),
    /// The judge sends large messages, or many, and expects messages of that length.
    Echo(Echo),
    /// The judge sends many compressed messages, and expects each to come back.
    Compressed(Compressed),
}

/// The judge sends some frames, and expects certain events.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    /// What the judge does, one after the other.
    pub(crate) steps: Vec<Step>,
    /// The events that make the case OK.
    pub(crate) ok: Vec<Event>,
    /// The events that make it NON-STRICT.
    pub(crate) non_strict: Option<Vec<Event>>,
    /// Whether the judge closes the connection when the events have come that make the case OK.
    pub(crate) closes_when_done: bool,
    /// How the connection should end.
    pub(crate) close: Close,
}

/// How the connection should end.
#[derive(Clone, Debug)]
pub(crate) struct Close {
    /// The side that sends the first close frame, if there is one.
    pub(crate) by: Side,
    /// Whether a closing handshake is required. Otherwise TCP may just end.
    pub(crate) clean: bool,
    /// The status codes that the peer may send. None is always allowed.
    pub(crate) codes: Vec<u16>,
    /// What else follows from how the connection ends.
    pub(crate) effect: Effect,
}

/// How the end of the connection decides on the behaviour too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It does not.
    None,
    /// The case fails if the wrong side closes.
    WrongSideFails,
    /// The case fails if the peer sends a wrong code.
    WrongCodeFails,
    /// Both verdicts are INFORMATIONAL, whatever happens.
    OnlyInforms,
}

/// A side of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Judge,
    Peer,
}

/// Something that the judge does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Sends a frame.
    Send(Frame),
    /// Sends the header of an unfinished text frame with this length.
    Begin(usize),
    /// Sends the next part of the payload of that frame.
    Part(Vec<u8>),
    /// Begins the closing handshake with this payload.
    Close(Vec<u8>),
    /// Waits for a second.
    Pause,
    /// Waits for a second, which is an event if the connection is still open. If it is not, the
    /// steps end here.
    Expect(Event),
    /// Closes the connection after this time, if it still exists.
    CloseAfter(Duration),
    /// Fails the connection after this time, if it still exists.
    FailAfter(Duration),
}

/// Something that a case expects, or that came instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Text(Vec<u8>),
    Binary(Vec<u8>),
    Pong(Vec<u8>),
    /// The connection was still open after the first or the second pause.
    StillOpen(u8),
}

/// Many compressed messages.
#[derive(Clone, Debug)]
pub(crate) struct Compressed {
    /// The messages.
    pub(crate) series: Series,
    /// A compressed message is sent in fragments of this many bytes.
    pub(crate) fragment: Option<usize>,
    /// How long all may take.
    pub(crate) limit: Duration,
    /// The offers of a client, the first that a server should accept first.
    pub(crate) offers: &'static [Offer],
}

/// What a client offers, and what a server that accepts it asks the client for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// Whether messages may refer to those before them.
    pub(crate) takeover: bool,
    /// The size of the window, in bits, if it is named.
    pub(crate) window: Option<u8>,
}

/// The status code of a normal closure.
pub(crate) const NORMAL: u16 = 1000;
/// The status code for a violation of the protocol.
pub(crate) const PROTOCOL_ERROR: u16 = 1002;
/// The status code for text that is not UTF-8.
pub(crate) const NOT_UTF8: u16 = 1007;

impl Case {
    /// A case from frames. `close` tells how the connection should end, and the text of the
    /// expectation follows from it.
    pub(crate) fn exchange(
        number: impl Into<String>,
        description: impl Into<String>,
        steps: Vec<Step>,
        ok: Vec<Event>,
        close: Close,
    ) -> Self {
        let (number, description) = (number.into(), description.into());
        let expectation = expectation(&ok, &close);
        let closes_when_done = close.by == Side::Judge;
        let exchange = Exchange { steps, ok, non_strict: None, closes_when_done, close };
        Self { number, description, expectation, script: Script::Exchange(exchange) }
    }

    /// The same case, which is NON-STRICT after these events.
    pub(crate) fn non_strict(mut self, events: Vec<Event>) -> Self {
        if let Script::Exchange(exchange) = &mut self.script {
            exchange.non_strict = Some(events);
        }
        self
    }

    /// The same case, in which the judge does not close when the events have come: the steps do.
    pub(crate) fn closed_by_steps(mut self) -> Self {
        if let Script::Exchange(exchange) = &mut self.script {
            exchange.closes_when_done = false;
        }
        self
    }

    /// How many bytes the case moves, about.
    pub(crate) fn cost(&self) -> usize {
        match &self.script {
            Script::Exchange(_) => 0,
            Script::Echo(echo) => echo.length * echo.count,
            Script::Compressed(compressed) => compressed.series.length * MESSAGES,
        }
    }

    /// The same case with another expectation in words.
    pub(crate) fn expecting(self, expectation: &str) -> Self {
        Self { expectation: expectation.to_owned(), ..self }
    }
}

impl Close {
    /// The judge closes normally, and the peer must answer.
    pub(crate) fn normal() -> Self {
        Self { by: Side::Judge, clean: true, codes: vec![NORMAL], effect: Effect::None }
    }

    /// The peer fails the connection, with this code or by ending TCP.
    pub(crate) fn failure(code: u16) -> Self {
        Self { by: Side::Peer, clean: false, codes: vec![code], effect: Effect::None }
    }

    /// The judge sends a close frame with a fault. The peer answers with one of these codes, or
    /// ends TCP.
    pub(crate) fn refused(codes: Vec<u16>) -> Self {
        Self { by: Side::Judge, clean: false, codes, effect: Effect::WrongCodeFails }
    }

    /// The same, with this effect.
    pub(crate) fn with(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }
}

/// Puts into words what a case expects.
fn expectation(ok: &[Event], close: &Close) -> String {
    let event = |event: &Event| match event {
        Event::Text(_) | Event::Binary(_) => "the message comes back",
        Event::Pong(_) => "a pong comes",
        Event::StillOpen(_) => "the connection stays open during the first pause",
    };
    let mut events: Vec<&str> = ok.iter().map(event).collect();
    events.dedup();
    let codes: Vec<String> = close.codes.iter().map(u16::to_string).collect();
    let codes = codes.join(" or ");
    let end = match (close.by, close.clean) {
        (Side::Judge, true) => format!("the closing handshake is complete, with {codes}"),
        (Side::Judge, false) => {
            format!("the peer answers the close frame with {codes}, or ends TCP")
        }
        (Side::Peer, _) => format!("the peer fails the connection, with {codes} or by ending TCP"),
    };
    events.push(&end);
    let text = events.join(", then ");
    let (first, rest) = text.split_at(1);
    format!("{}{rest}.", first.to_uppercase())
}

/// A text frame.
pub(crate) fn text(payload: impl Into<Vec<u8>>) -> Frame {
    Frame::new(opcode::TEXT, payload)
}

/// A binary frame.
pub(crate) fn binary(payload: impl Into<Vec<u8>>) -> Frame {
    Frame::new(opcode::BINARY, payload)
}

/// A continuation frame.
pub(crate) fn continuation(payload: impl Into<Vec<u8>>) -> Frame {
    Frame::new(opcode::CONTINUATION, payload)
}

/// A ping.
pub(crate) fn ping(payload: impl Into<Vec<u8>>) -> Frame {
    Frame::new(opcode::PING, payload)
}

/// A pong.
pub(crate) fn pong(payload: impl Into<Vec<u8>>) -> Frame {
    Frame::new(opcode::PONG, payload)
}

/// The steps that send these frames, and then do this.
pub(crate) fn sends(frames: impl IntoIterator<Item = Frame>, last: Step) -> Vec<Step> {
    frames.into_iter().map(Step::Send).chain([last]).collect()
}

/// The text message `payload`, which is longer than `size`, in fragments of `size` bytes, as the
/// original cuts it: if the last one is full, an empty one follows.
pub(crate) fn fragments(payload: &[u8], size: usize) -> Vec<Frame> {
    let mut frames: Vec<Frame> =
        payload.chunks(size).map(|part| continuation(part).unfinished()).collect();
    if payload.len().is_multiple_of(size) {
        frames.push(continuation([]));
    }
    if let Some(first) = frames.first_mut() {
        first.opcode = opcode::TEXT;
    }
    if let Some(last) = frames.last_mut() {
        last.fin = true;
    }
    frames
}

/// Fails the connection after this number of seconds.
pub(crate) fn fail_after(seconds: u64) -> Step {
    Step::FailAfter(Duration::from_secs(seconds))
}

/// Closes the connection after this number of seconds.
pub(crate) fn close_after(seconds: u64) -> Step {
    Step::CloseAfter(Duration::from_secs(seconds))
}

/// The payload of a close frame.
pub(crate) fn close_payload(code: u16, reason: &[u8]) -> Vec<u8> {
    [&code.to_be_bytes(), reason].concat()
}
