//! Runs an endpoint of step 5 that echoes, in one piece and in others, and compares it with the model.

use bytes::BufMut as _;
use echo::{Agreement, CloseCode, Ending, Endpoint, Limits, Message, Outbound, Progress, Role};
use testkit::{Frame, Masking};

use crate::plain::endpoint::{Event, Outcome, Rules, receive};
use crate::plain::inflate::{Stop, inflate};

/// The four bytes that the sender of a compressed message removes (RFC 7692 §7.2.1).
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];
/// RSV1 among the three reserved bits.
const RSV1: u8 = 4;

// ANCHOR: setup
/// How an endpoint is set up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    /// Which end it is.
    pub(crate) role: Role,
    /// The compression, if there is any.
    pub(crate) agreed: Option<Agreement>,
    /// The limits on messages.
    pub(crate) limits: Limits,
}
// ANCHOR_END: setup

/// Checks that an echoing endpoint does with these bytes what the model does, and the same with the
/// bytes cut at `cuts`.
pub(crate) fn check(setup: Setup, wire: &[u8], cuts: &[u8]) {
    let (events, sent) = run(setup, &[wire]);
    let theirs = setup.agreed.map(|agreed| match setup.role {
        Role::Server => agreed.client_no_context_takeover,
        Role::Client => agreed.server_no_context_takeover,
    });
    let expected = receive(
        Rules {
            is_masked: setup.role == Role::Server,
            compression: theirs,
            message_max: setup.limits.message,
            fragments_max: usize::try_from(setup.limits.fragments).unwrap_or(usize::MAX),
        },
        wire,
    );
    let frames = frames(setup, &sent);
    if expected.may_be_late {
        let before = &expected.events[..expected.events.len() - 1];
        let rest = events.strip_prefix(before);
        let is_right = matches!(rest, Some([] | [Event::Failed(_)]));
        assert!(is_right, "{events:?} after {before:?} of {setup:?}");
    } else {
        assert_eq!(events, expected.events, "events of {setup:?}");
        check_answers(&frames, &expected);
    }

    let pieces = pieces(wire, cuts);
    let (events_in_pieces, sent_in_pieces) = run(setup, &pieces);
    assert_eq!(events_in_pieces, events, "{setup:?}, in pieces");
    assert_eq!(self::frames(setup, &sent_in_pieces), frames, "{setup:?}, in pieces");
}

/// Cuts the bytes into pieces of these sizes, over and over.
fn pieces<'wire>(mut wire: &'wire [u8], cuts: &[u8]) -> Vec<&'wire [u8]> {
    let mut pieces = Vec::new();
    let sizes = cuts.iter().map(|&cut| usize::from(cut) + 1).cycle();
    for size in sizes.take(wire.len()) {
        let (piece, behind) = wire.split_at(size.min(wire.len()));
        pieces.push(piece);
        wire = behind;
    }
    pieces.push(wire);
    pieces
}

/// Runs an endpoint that echoes each message, and writes nothing before it has read all.
pub(crate) fn run(
    Setup { role, agreed, limits }: Setup,
    pieces: &[&[u8]],
) -> (Vec<Event>, Vec<u8>) {
    let mut endpoint = Endpoint::new(role, limits, Vec::new(), agreed);
    let mut events = Vec::new();
    for (number, piece) in pieces.iter().enumerate() {
        // There are two ways to read, and two calls before a wait. None of them may make a difference.
        let mut rest = *piece;
        if number % 2 == 0 {
            endpoint.receive(std::mem::take(&mut rest));
        }
        while !rest.is_empty() {
            let mut buffer = endpoint.buffer();
            let (now, later) = rest.split_at(rest.len().min(buffer.remaining_mut()));
            assert!(!now.is_empty(), "the buffer to read into has no room");
            buffer.put_slice(now);
            rest = later;
            events.extend(std::iter::from_fn(|| next(&mut endpoint)));
        }
        events.extend(std::iter::from_fn(|| next(&mut endpoint)));
        if number % 3 == 0 {
            endpoint.rest();
            endpoint.outbound().rest();
        }
    }
    (events, written(endpoint.outbound()))
}

/// Returns what happens next, and echoes it if it is a message.
fn next(endpoint: &mut Endpoint) -> Option<Event> {
    match endpoint.advance() {
        Ok(Progress::NeedsBytes) => None,
        Ok(Progress::Message) => {
            let (message, outbound) = endpoint.message();
            outbound.message(message);
            Some(match message {
                Message::Text(text) => Event::Text(text.to_vec()),
                Message::Binary(payload) => Event::Binary(payload.to_vec()),
            })
        }
        Err(Ending::Closed(code)) => Some(Event::Closed(code.map(CloseCode::number))),
        Err(Ending::Failed(failure)) => Some(Event::Failed(failure.code().number())),
    }
}

/// Writes all that is pending, and returns it.
pub(crate) fn written(outbound: &mut Outbound) -> Vec<u8> {
    let mut written = Vec::new();
    while !outbound.pending().is_empty() {
        let count = outbound.pending().len();
        written.extend_from_slice(outbound.pending());
        outbound.written(count);
    }
    written
}

/// Reads the frames that an endpoint has sent, by a reader that is not ours. Compressed messages are
/// decompressed by the model, which also checks the window that was agreed on.
pub(crate) fn frames(setup: Setup, mut sent: &[u8]) -> Vec<Frame> {
    let agreed = setup.agreed.unwrap_or_default();
    let (is_fresh, bits) = match setup.role {
        Role::Server => (agreed.server_no_context_takeover, agreed.server_max_window_bits),
        Role::Client => (agreed.client_no_context_takeover, agreed.client_max_window_bits),
    };
    let (mut stream, mut known) = (Vec::new(), 0);
    let mut frames = Vec::new();
    while !sent.is_empty() {
        let (mut frame, size) = Frame::read(sent).expect("a whole frame should be sent");
        assert_eq!(frame.is_masked(), setup.role == Role::Client, "RFC 6455 §5.1: {frame:?}");
        frame.masking = Masking::AsDue;
        if frame.rsv == RSV1 && setup.agreed.is_some() {
            stream.extend_from_slice(&frame.payload);
            stream.extend(TAIL);
            let decoded = inflate(&stream, usize::MAX);
            let is_between = Stop::NeedsInput { is_between: true };
            assert_eq!(decoded.stop, is_between, "RFC 7692 §7.2.1: a compressed message is whole");
            let window = 1 << bits.unwrap_or(15);
            assert!(
                decoded.distance_max <= window,
                "§7.1.2.1: {} bytes back",
                decoded.distance_max
            );
            frame.payload = decoded.output[known..].to_vec();
            frame.rsv = 0;
            known = decoded.output.len();
            if is_fresh {
                (stream, known) = (Vec::new(), 0);
            }
        }
        assert_eq!(frame.rsv, 0, "RFC 6455 §5.2: {frame:?}");
        frames.push(frame);
        sent = &sent[size..];
    }
    frames
}

/// Checks the echoes, the pongs and the close frame, and their order.
fn check_answers(frames: &[Frame], expected: &Outcome) {
    let mut answers = expected.answers.iter().peekable();
    let mut due = Vec::new();
    for (number, event) in expected.events.iter().enumerate() {
        while let Some((_, answer)) = answers.next_if(|(before, _)| *before <= number) {
            // The answer to the latest of many pings, and the close frame, come after all messages.
            due.push(answer.clone());
        }
        match event {
            Event::Text(text) => due.push(Frame::text(text.clone())),
            Event::Binary(payload) => due.push(Frame::binary(payload.clone())),
            Event::Closed(_) | Event::Failed(_) => {}
        }
    }
    due.extend(answers.map(|(_, answer)| answer.clone()));
    let mut frames = frames.to_vec();
    if let (Some(Event::Failed(_)), Some(last)) = (expected.events.last(), frames.last_mut()) {
        // The reason is a sentence of ours, in at most 123 bytes of UTF-8.
        assert!(last.payload.len() <= 125, "RFC 6455 §5.5: {last:?}");
        let reason = last.payload.split_off(last.payload.len().min(2));
        assert!(std::str::from_utf8(&reason).is_ok(), "RFC 6455 §5.5.1: {reason:?}");
    }
    assert_eq!(frames, due, "answers");
}
