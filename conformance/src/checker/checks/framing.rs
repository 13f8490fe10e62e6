//! Level 4: what comes back, frame by frame, and in which form.

use testkit::shortest_form;

use crate::checker::check::Check;
use crate::checker::checks::unmasking::letters;
use crate::checker::session::Session;
use crate::checker::wire::frame::{Draft, Frame, Opcode, PROTOCOL_ERROR, text};
use crate::checker::wire::peer::Event;
use crate::checker::wire::record::received;
use crate::checker::wire::stop::Judgement;

pub(crate) const CHECKS: &[Check] = &[
    Check::new(4, "framing/echo", "RFC 6455 §5.6", |session| session.open()?.echoes("Hello"))
        .needs(&["unmasking/text"])
        .expects("A text comes back as the same text.")
        .hint("Send the payload back, unmasked, in a frame that begins with 0x81."),
    Check::new(4, "framing/binary", "RFC 6455 §5.6", |session| {
        let mut peer = session.open()?;
        let bytes: Vec<u8> = (0xf0..=0xff).chain(0..8).collect();
        peer.send_frame(&Draft::binary(bytes.clone()));
        peer.expect(Opcode::Binary, &bytes)
    })
    .fault("F10")
    .expects("A binary message comes back as a binary message, byte for byte.")
    .hint("Keep the opcode: a binary message must not be decoded as text."),
    Check::new(4, "framing/empty", "RFC 6455 §5.2", |session| {
        let mut peer = session.open()?;
        peer.send_apart(&text(""));
        // A server that does not answer the first text answers the second in its place.
        peer.send_frame(&text("Hello"));
        peer.expect(Opcode::Text, b"")?;
        peer.expect(Opcode::Text, b"Hello")
    })
    .expects("An empty text comes back empty.")
    .hint("A length of 0 is a length: the frame ends behind its masking key."),
    Check::new(4, "framing/not-masked", "RFC 6455 §5.1", |session| {
        no_frame(session, |frame| frame.masked, "The server's frame has its mask bit set", 1)
    })
    .expects("Frames from the server are not masked.")
    .hint("Leave the top bit of the second byte 0 and send no key."),
    Check::new(4, "framing/reserved-bits-clear", "RFC 6455 §5.2", |session| {
        no_frame(session, |frame| frame.rsv != 0, "The server's frame has a reserved bit set", 0)
    })
    .expects("Frames from the server have RSV1, RSV2 and RSV3 clear.")
    .hint("Begin a text with 0x81 and a binary message with 0x82."),
    Check::new(4, "framing/minimal-length", "RFC 6455 §5.2", minimal)
        .needs(&["framing/echo", "unmasking/two-byte-length"])
        .fault("F13")
        .expects("The server writes each length in the shortest form that holds it.")
        .hint("Up to 125 in seven bits, up to 65,535 in two bytes, the rest in eight: a test for `== 126` is not `<= 65535`."),
    Check::new(4, "framing/two-in-one-segment", "RFC 6455 §5.4", |session| {
        let mut peer = session.open()?;
        peer.send(&[text("one").bytes(), text("two").bytes()].concat());
        peer.expect(Opcode::Text, b"one")?;
        peer.expect(Opcode::Text, b"two")
    })
    .fault("F9")
    .expects("Two frames that arrive in one segment are both answered.")
    .hint("One read may return three frames: keep what is left over and look at it first."),
    Check::new(4, "framing/split", "RFC 6455 §5.4", |session| {
        let mut peer = session.open()?;
        let bytes = text("Hello").bytes();
        // Within the header, and within the payload.
        for segment in [&bytes[..1], &bytes[1..8], &bytes[8..]] {
            peer.send(segment);
            peer.pause();
        }
        peer.expect(Opcode::Text, b"Hello")
    })
    .fault("F9")
    .expects("A frame that arrives in several segments is answered once it is complete.")
    .hint("One read may return half a frame: wait for the rest before you unmask."),
    Check::new(4, "framing/ping", "RFC 6455 §5.5.2", ping)
        .fault("F10")
        .expects("A ping is answered with a pong that has the same payload.")
        .hint("Look at the opcode: 9 asks for a 10."),
    Check::new(4, "framing/pong", "RFC 6455 §5.5.3", |session| {
        let mut peer = session.open()?;
        peer.send_apart(&Draft::pong("I am here"));
        peer.send_frame(&text("Hello"));
        match peer.event(session.options.answer) {
            Event::Frame(frame) if frame.opcode == Opcode::Text && frame.payload == b"Hello" => Ok(()),
            // A server may send a ping of its own at any time.
            Event::Frame(frame) if frame.opcode == Opcode::Ping => Ok(()),
            other => Err(peer.instead(&other, "a pong is no reason for that")),
        }
    })
    .fault("F10")
    .expects("A pong that answers no ping is not answered.")
    .hint("Look at the opcode: read a 10 and ignore it."),
    Check::new(4, "framing/reserved-bits", "RFC 6455 §5.2", |session| {
        refuse_all(session, 0, &[4, 2, 1].map(|rsv| text("Hello").with_rsv(rsv)))
    })
    .fault("F11")
    .expects("RSV1, RSV2 or RSV3 without an extension fails the connection, with 1002.")
    .hint("These bits change what the payload means: they cannot be ignored."),
    Check::new(4, "framing/reserved-opcodes", "RFC 6455 §5.2", |session| {
        let reserved = [3, 7, 11, 15].map(Opcode::Reserved);
        refuse_all(session, 0, &reserved.map(|opcode| Draft::new(opcode, "Hello")))
    })
    .fault("F10")
    .expects("Opcodes 3 to 7 and 11 to 15 fail the connection, with 1002.")
    .hint("Look at the opcode, and refuse those that have no meaning yet."),
    Check::new(4, "framing/control-length", "RFC 6455 §5.5", |session| {
        let long = [b'a'; 126];
        refuse_all(session, 1, &[Draft::ping(long), Draft::pong(long)])
    })
    .fault("F10")
    .expects("A control frame of over 125 bytes fails the connection, with 1002.")
    .hint("Refuse a ping, pong or close as soon as its seven bits of length say 126 or 127."),
    Check::new(4, "framing/control-fragmented", "RFC 6455 §5.5", |session| {
        refuse_all(session, 0, &[Draft::ping("Hello").not_final()])
    })
    .fault("F12")
    .expects("A control frame without FIN fails the connection, with 1002.")
    .hint("A ping, pong or close is one frame: look at FIN."),
];

/// Expects that no frame of an echo is `wrong`. The mark is `index` bytes into such a frame.
fn no_frame(session: &Session, wrong: fn(&Frame) -> bool, happened: &str, index: u64) -> Judgement {
    let mut peer = session.open()?;
    peer.send_frame(&text("Hello"));
    match peer.message()?.frames.into_iter().find(wrong) {
        Some(frame) => Err(peer.wrong(happened, received(frame.start + index))),
        None => Ok(()),
    }
}

/// Expects that each of these frames fails a connection of its own. `wrong` is the index of the
/// wrong byte.
fn refuse_all(session: &Session, wrong: u64, drafts: &[Draft]) -> Judgement {
    drafts.iter().try_for_each(|draft| session.open()?.refuses(draft, wrong, &[PROTOCOL_ERROR]))
}

fn minimal(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    for length in [125, 126, 127, 200, 5000] {
        peer.send_frame(&text(letters(length)));
        for frame in peer.message()?.frames {
            let length = frame.payload.len();
            let due = shortest_form(length as u64) as u64;
            if frame.extended() != due {
                let more = frame.extended() - due;
                let happened = format!("The length {length} is in {more} bytes more than it needs");
                return Err(peer.wrong(happened, received(frame.start + 1)));
            }
        }
    }
    Ok(())
}

fn ping(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send_frame(&Draft::ping("are you there?"));
    match peer.event(session.options.answer) {
        Event::Frame(frame)
            if frame.opcode == Opcode::Pong && frame.payload == b"are you there?" =>
        {
            Ok(())
        }
        Event::Frame(frame) if frame.opcode == Opcode::Pong => {
            Err(peer.wrong("The pong has another payload", received(frame.payload_start)))
        }
        other => Err(peer.instead(&other, "no pong came")),
    }
}
