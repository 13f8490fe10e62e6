//! Level 4: frame by frame, what comes back and in which form.

use super::{
    catalogue::{Check, Judgement},
    frame::{BINARY, Draft, PING, PONG, TEXT, text},
    peer::Event,
    session::{Session, received},
    unmasking::{PROTOCOL_ERROR, letters},
};

pub(super) const CHECKS: &[Check] = &[
    Check::new(4, "framing/echo", "RFC 6455 §5.6", echo)
        .needs(&["unmasking/text"])
        .expects("A text comes back as the same text.")
        .hint("Send the payload back, unmasked, in a frame that begins with 0x81."),
    Check::new(4, "framing/binary", "RFC 6455 §5.6", binary)
        .fault("F10")
        .expects("A binary message comes back as a binary message, byte for byte.")
        .hint("Keep the opcode: bytes that are no text must not be decoded as one."),
    Check::new(4, "framing/empty", "RFC 6455 §5.2", empty)
        .expects("An empty text comes back empty.")
        .hint("A length of 0 is a length: the frame ends behind its masking key."),
    Check::new(4, "framing/not-masked", "RFC 6455 §5.1", not_masked)
        .expects("Frames from the server are not masked.")
        .hint("Leave the top bit of the second byte 0 and send no key."),
    Check::new(4, "framing/reserved-bits-clear", "RFC 6455 §5.2", bits_clear)
        .expects("Frames from the server have RSV1, RSV2 and RSV3 clear.")
        .hint("Begin a text with 0x81 and a binary message with 0x82."),
    Check::new(4, "framing/minimal-length", "RFC 6455 §5.2", minimal)
        .needs(&["framing/echo", "unmasking/two-byte-length"])
        .fault("F13")
        .expects("The server writes each length in the shortest form that holds it.")
        .hint("Up to 125 in seven bits, up to 65,535 in two bytes, the rest in eight: a test for `== 126` is not `<= 65535`."),
    Check::new(4, "framing/two-in-one-segment", "RFC 6455 §5.4", two_in_one)
        .fault("F9")
        .expects("Two frames that arrive in one segment are both answered.")
        .hint("What one read returns may be three frames: keep what is left over and look at it first."),
    Check::new(4, "framing/split", "RFC 6455 §5.4", split)
        .fault("F9")
        .expects("A frame that arrives in several segments is answered once it is whole.")
        .hint("What one read returns may be half a frame: wait for the rest before you unmask."),
    Check::new(4, "framing/ping", "RFC 6455 §5.5.2", ping)
        .fault("F10")
        .expects("A ping is answered with a pong that has the same payload.")
        .hint("Look at the opcode: 9 asks for a 10."),
    Check::new(4, "framing/pong", "RFC 6455 §5.5.3", pong)
        .fault("F10")
        .expects("A pong that nobody has asked for is not answered.")
        .hint("Look at the opcode: 10 is for you to read and forget."),
    Check::new(4, "framing/reserved-bits", "RFC 6455 §5.2", reserved_bits)
        .fault("F11")
        .expects("RSV1, RSV2 or RSV3 without an extension fails the connection, with 1002.")
        .hint("These bits mean that the payload is not what it seems: they cannot be ignored."),
    Check::new(4, "framing/reserved-opcodes", "RFC 6455 §5.2", reserved_opcodes)
        .fault("F10")
        .expects("Opcodes 3 to 7 and 11 to 15 fail the connection, with 1002.")
        .hint("Look at the opcode, and refuse those that have no meaning yet."),
    Check::new(4, "framing/control-length", "RFC 6455 §5.5", control_length)
        .fault("F10")
        .expects("A control frame of over 125 bytes fails the connection, with 1002.")
        .hint("That the seven bits of a ping, pong or close say 126 or 127 is enough."),
    Check::new(4, "framing/control-fragmented", "RFC 6455 §5.5", control_fragmented)
        .fault("F12")
        .expects("A control frame without FIN fails the connection, with 1002.")
        .hint("A ping, pong or close is one frame: look at FIN."),
];

fn echo(session: &Session) -> Judgement {
    session.open()?.echoes("Hello")
}

fn binary(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    let bytes: Vec<u8> = (0xf0..=0xff).chain(0..8).collect();
    peer.send_frame(&Draft::new(BINARY, bytes.clone()));
    peer.expect(BINARY, &bytes).map(drop)
}

fn empty(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send_apart(&text(""));
    // So that one that is not answered is noticed by what comes instead.
    peer.send_frame(&text("Hello"));
    peer.expect(TEXT, b"")?;
    peer.expect(TEXT, b"Hello").map(drop)
}

fn not_masked(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send_frame(&text("Hello"));
    let message = peer.message()?;
    match message.frames.iter().find(|frame| frame.masked) {
        Some(frame) => {
            Err(peer.wrong("The server's frame has its mask bit set", received(frame.start + 1)))
        }
        None => Ok(()),
    }
}

fn bits_clear(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send_frame(&text("Hello"));
    let message = peer.message()?;
    match message.frames.iter().find(|frame| frame.rsv != 0) {
        Some(frame) => {
            Err(peer.wrong("The server's frame has a reserved bit set", received(frame.start)))
        }
        None => Ok(()),
    }
}

fn minimal(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    for length in [125, 126, 127, 200, 5000] {
        peer.send_frame(&text(letters(length)));
        for frame in peer.message()?.frames {
            let length = frame.payload.len();
            let due = if length <= 125 { 0 } else { 2 };
            if frame.extended != due {
                let happened = format!(
                    "The length {length} is in {} bytes more than it needs",
                    frame.extended - due
                );
                return Err(peer.wrong(happened, received(frame.start + 1)));
            }
        }
    }
    Ok(())
}

fn two_in_one(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send(&[text("one").bytes(), text("two").bytes()].concat());
    peer.expect(TEXT, b"one")?;
    peer.expect(TEXT, b"two").map(drop)
}

fn split(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    let bytes = text("Hello").bytes();
    // Within the header, and within the payload.
    for segment in [&bytes[..1], &bytes[1..8], &bytes[8..]] {
        peer.send(segment);
        peer.pause();
    }
    peer.expect(TEXT, b"Hello").map(drop)
}

fn ping(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send_frame(&Draft::new(PING, "are you there?"));
    match peer.event(session.options.answer) {
        Event::Frame(frame) if frame.opcode == PONG => {
            if frame.payload == b"are you there?" {
                return Ok(());
            }
            Err(peer.wrong("The pong has another payload", received(frame.payload_start())))
        }
        other => Err(peer.instead(&other, "no pong came")),
    }
}

fn pong(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send_apart(&Draft::new(PONG, "I am here"));
    peer.send_frame(&text("Hello"));
    match peer.event(session.options.answer) {
        Event::Frame(frame) if frame.opcode == TEXT && frame.payload == b"Hello" => Ok(()),
        // A server may send a ping of its own at any time.
        Event::Frame(frame) if frame.opcode == PING => Ok(()),
        other => Err(peer.instead(&other, "a pong is no reason for that")),
    }
}

fn reserved_bits(session: &Session) -> Judgement {
    for rsv in [4, 2, 1] {
        session.open()?.refuses(&text("Hello").rsv(rsv), 0, &[PROTOCOL_ERROR])?;
    }
    Ok(())
}

fn reserved_opcodes(session: &Session) -> Judgement {
    for opcode in [3, 7, 11, 15] {
        session.open()?.refuses(&Draft::new(opcode, "Hello"), 0, &[PROTOCOL_ERROR])?;
    }
    Ok(())
}

fn control_length(session: &Session) -> Judgement {
    for opcode in [PING, PONG] {
        session.open()?.refuses(&Draft::new(opcode, [b'a'; 126]), 1, &[PROTOCOL_ERROR])?;
    }
    Ok(())
}

fn control_fragmented(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.refuses(&Draft::new(PING, "Hello").not_final(), 0, &[PROTOCOL_ERROR])
}
