//! Level 4: what comes back, frame by frame, and in which form.

use testkit::shortest_form;

use crate::checker::check::Check;
use crate::checker::checks::unmasking::letters;
use crate::checker::session::{LONG_QUIET, Session};
use crate::checker::wire::conversation::QUIET;
use crate::checker::wire::frame::{Draft, Frame, Opcode, REFUSALS, text};
use crate::checker::wire::manner::Echo;
use crate::checker::wire::peer::Event;
use crate::checker::wire::record::received;
use crate::checker::wire::stop::{Judgement, Stop};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(4, "framing/echo", "RFC 6455 §5.6", echo)
        .expects("A text comes back as the same text.")
        .hint("Send the payload back, unmasked, in a frame that begins with 0x81."),
    Check::new(4, "framing/binary", "RFC 6455 §5.6", |session| {
        let mut peer = session.open()?;
        let random = session.random.bytes(session.random.within(9..=100).into());
        // All bytes, any bytes, and a text.
        let mut all: Vec<Vec<u8>> =
            (0..=0xff).rev().collect::<Vec<u8>>().chunks(100).map(<[u8]>::to_vec).collect();
        all.extend([random, "Hé\r\n".into()]);
        all.into_iter().try_for_each(|bytes| {
            peer.send_frame(&Draft::binary(bytes.clone()));
            peer.expect(Opcode::Binary, &bytes)
        })
    })
    .fault("F10")
    .expects("A binary message comes back as a binary message, byte for byte.")
    .hint("Keep the opcode: a binary message must not be decoded as text."),
    Check::new(4, "framing/empty", "RFC 6455 §5.2", |session| {
        let mut peer = session.open()?;
        peer.send_apart(&text(""));
        peer.send_apart(&Draft::binary(""));
        // A server that does not answer the first text answers the second in its place.
        peer.send_frame(&text("Hello"));
        peer.expect(Opcode::Text, b"")?;
        peer.expect(Opcode::Binary, b"")?;
        peer.expect(Opcode::Text, b"Hello")
    })
    .expects("An empty text and an empty binary message come back empty.")
    .hint("A length of 0 is allowed: the frame ends after its masking key."),
    Check::new(4, "framing/not-masked", "RFC 6455 §5.1", |session| {
        no_frame(session, |frame| frame.masked, "has its mask bit set", 1)
    })
    .expects("Frames from the server are not masked.")
    .hint("Leave the top bit of the second byte 0 and send no key."),
    Check::new(4, "framing/reserved-bits-clear", "RFC 6455 §5.2", |session| {
        no_frame(session, |frame| frame.rsv != 0, "has a reserved bit set", 0)
    })
    .expects("Frames from the server have RSV1, RSV2 and RSV3 clear.")
    .hint("Begin a text with 0x81 and a binary message with 0x82."),
    Check::new(4, "framing/control-whole", "RFC 6455 §5.5", |session| {
        let wrong = |frame: &Frame| {
            frame.opcode.is_control() && (!frame.fin || frame.payload.len() > 125)
        };
        no_frame(session, wrong, "is a fragment or longer than 125 bytes", 0)
    })
    .expects("Control frames from the server are not fragmented, and have at most 125 bytes.")
    .hint("Begin a pong with 0x8a and a close frame with 0x88."),
    Check::new(4, "framing/minimal-length", "RFC 6455 §5.2", minimal)
        .needs(&["unmasking/text", "unmasking/two-byte-length"])
        .fault("F13")
        .expects("The server writes each length in the shortest form that holds it.")
        .hint("Up to 125 in seven bits, up to 65,535 in two bytes, the rest in eight: a test for `== 126` is not `<= 65535`."),
    Check::new(4, "framing/two-in-one-segment", "RFC 6455 §5.4", |session| {
        let mut peer = session.open()?;
        peer.send(&[text("one").bytes(), text("two").bytes()].concat());
        peer.expect(Opcode::Text, b"one")?;
        peer.expect(Opcode::Text, b"two")?;
        let many: Vec<Draft> =
            (0..8).map(|_| text(letters(session.random.within(1..=100).into()))).collect();
        peer.send_frames(&many);
        many.iter().try_for_each(|draft| peer.expect(Opcode::Text, &draft.payload))
    })
    .fault("F9")
    .expects("Frames that arrive in one segment are all answered.")
    .hint("One read may return three frames: keep what is left over and look at it first."),
    Check::new(4, "framing/split", "RFC 6455 §5.4", |session| {
        let mut peer = session.open()?;
        // Within the length, the key and the payload.
        let (length, key, payload) = (3, 6, session.random.within(9..=300).into());
        for (words, cuts) in [(b"Hello".to_vec(), [1, 5, 8]), (letters(300), [length, key, payload])] {
            let (bytes, mut from) = (text(words.clone()).bytes(), 0);
            for cut in cuts {
                peer.send(&bytes[from..cut]);
                peer.pause();
                from = cut;
            }
            peer.send(&bytes[from..]);
            peer.expect(Opcode::Text, &words)?;
        }
        Ok(())
    })
    .needs(&["unmasking/text", "unmasking/two-byte-length"])
    .fault("F9")
    .expects("A frame that arrives in several segments is answered once it is complete.")
    .hint("One read may return half a frame: wait for the rest before you unmask."),
    Check::new(4, "framing/ping", "RFC 6455 §5.5.2", |session| {
        let mut peer = session.open()?;
        let length = session.random.within(2..=124).into();
        peer.answers_ping(b"are you there?")?;
        peer.answers_ping(b" \t\0binary, \xff too\0\r\n")?;
        [0, 1, 125, length].iter().try_for_each(|length| {
            peer.answers_ping(&session.random.bytes(*length))
        })
    })
    .fault("F10")
    .expects("A ping of 0 to 125 bytes is answered with a pong that has the same payload.")
    .hint("If the opcode is 9, a ping, answer with opcode 10, a pong."),
    Check::new(4, "framing/pong", "RFC 6455 §5.5.3", pong)
        .needs(&["framing/ping"])
        .fault("F10")
        .expects("A pong that nobody has asked for gets no answer.")
        .hint("If the opcode is 10, a pong, read the frame and ignore it."),
    Check::new(4, "framing/reserved-bits", "RFC 6455 §5.2", |session| {
        let each = [4, 2, 1, 7].map(|rsv| text("Hello").with_rsv(rsv));
        let others = [
            text(""),
            Draft::binary("Hello"),
            Draft::binary(""),
            Draft::ping("Hello"),
            Draft::ping(""),
            Draft::pong("Hello"),
            Draft::pong(""),
            Draft::close(1000, ""),
            Draft::close_with(""),
        ];
        let others = others.map(|draft| draft.with_rsv(session.random.pick(&[1, 2, 4])));
        refuse_all(session, 0, &[&each[..], &others[..]].concat())?;
        refuses_start(session, text("Hel").with_rsv(session.random.pick(&[1, 2, 4])))
    })
    .fault("F11")
    .expects("RSV1, RSV2 or RSV3 without an extension fails the connection, with 1002.")
    .hint("These bits change what the payload means: they cannot be ignored."),
    Check::new(4, "framing/reserved-opcodes", "RFC 6455 §5.2", |session| {
        let reserved = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(Opcode::Reserved);
        let payload = |opcode| session.random.pick(if opcode == Opcode::Reserved(3) { &["Hello"] } else { &["Hello", ""] });
        refuse_all(session, 0, &reserved.map(|opcode| Draft::new(opcode, payload(opcode))))?;
        refuses_start(session, Draft::new(Opcode::Reserved(session.random.pick(&[3, 7, 11, 15])), "Hel"))
    })
    .fault("F10")
    .expects("Opcodes 3 to 7 and 11 to 15 fail the connection, with 1002.")
    .hint("Look at the opcode, and refuse those that are not defined."),
    Check::new(4, "framing/control-length", "RFC 6455 §5.5", |session| {
        let lengths = [126, session.random.within(127..=1000).into(), 66_000];
        let drafts = lengths.map(|length| {
            let long = letters(length);
            let close = [&1000_u16.to_be_bytes(), &long[2..]].concat();
            [Draft::ping(long.clone()), Draft::pong(long), Draft::close_with(close)]
        });
        refuse_all(session, 1, drafts.as_flattened())
    })
    .fault("F10")
    .expects("A control frame of over 125 bytes fails the connection, with 1002.")
    .hint("Refuse a ping, pong or close as soon as its 7-bit length is 126 or 127."),
    Check::new(4, "framing/control-fragmented", "RFC 6455 §5.5", |session| {
        let drafts = [Draft::ping("Hel"), Draft::pong("Hel"), Draft::close(1000, ""), Draft::ping("")];
        drafts.into_iter().map(Draft::not_final).try_for_each(|draft| {
            session.open()?.refuses(&draft, 0, REFUSALS)?;
            // What follows must not make it right.
            session.open()?.refuses_last(&[draft, Draft::continuation("lo")], 0)
        })
    })
    .fault("F12")
    .expects("A control frame without FIN fails the connection, with 1002.")
    .hint("A ping, a pong and a close are always one frame: check that FIN is set."),
];

/// Expects that a text comes back.
fn echo(session: &Session) -> Judgement {
    let manner = session.manner();
    match manner.echo {
        Echo::Same => session.open()?.echoes("Hello"),
        Echo::Other => Err(Stop::unseen(manner.reason.as_str())),
        Echo::Silent if manner.greeting > 0 => Err(Stop::unseen(
            "the server is not an echo server: it sends a greeting, but no message back",
        )),
        Echo::Silent => {
            let mut peer = session.open()?;
            peer.send_frame(&text("Hello"));
            // The judge has waited for an answer before, when it learned that the server is silent.
            let event = peer.event_except(QUIET, Frame::is_ping_or_pong);
            Err(peer.instead(&event, "no message came"))
        }
    }
}

/// Expects that no frame of a conversation is `wrong`. The mark is `index` bytes into such a frame.
fn no_frame(session: &Session, wrong: fn(&Frame) -> bool, happened: &str, index: u64) -> Judgement {
    let mut peer = session.open()?;
    let bytes = session.random.bytes(300);
    peer.send_frames(&[text("Hello"), Draft::binary(bytes), text(""), Draft::ping("Hello")]);
    let mut has_closed = false;
    loop {
        match peer.event(LONG_QUIET) {
            Event::Frame(frame) if wrong(&frame) => {
                let happened = format!("The server sent {frame} that {happened}");
                return Err(peer.wrong(happened, received(frame.start + index)));
            }
            Event::Frame(frame) if frame.opcode == Opcode::Pong && !has_closed => {
                has_closed = true;
                peer.send_frame(&Draft::close(1000, ""));
            }
            Event::Frame(frame) if frame.opcode != Opcode::Close => {}
            _ => return Ok(()),
        }
    }
}

/// Expects that each of these frames fails a connection of its own. `wrong` is the index of the
/// wrong byte.
fn refuse_all(session: &Session, wrong: u64, drafts: &[Draft]) -> Judgement {
    drafts.iter().try_for_each(|draft| session.open()?.refuses(draft, wrong, REFUSALS))
}

fn minimal(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    let any = session.random.within(128..=65_534).into();
    let texts = [125, 126, 127, 200, any, 65_535].map(|length| text(letters(length)));
    let binary = [125, 126, 65_535].map(|length| Draft::binary(letters(length)));
    for draft in [&texts[..], &binary[..]].concat() {
        peer.send_frame(&draft);
        let message = peer.message()?;
        peer.same(&message, message.opcode, &draft.payload)?;
        for frame in message.frames {
            let length = frame.payload.len();
            let due = shortest_form(length as u64) as u64;
            if frame.extended() != due {
                let more = frame.extended() - due;
                let happened = format!("The length {length} has {more} bytes more than it needs");
                return Err(peer.wrong(happened, received(frame.start + 1)));
            }
        }
    }
    Ok(())
}

/// Expects that a frame without FIN is refused, or at least the message that it begins.
fn refuses_start(session: &Session, draft: Draft) -> Judgement {
    session.open()?.refuses_last(&[draft.not_final(), Draft::continuation("lo")], 0)
}

fn pong(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    let payloads = [b"I am here".to_vec(), session.random.bytes(125)];
    let pongs = payloads.each_ref().map(|payload| Draft::pong(payload.clone()));
    for pong in &pongs {
        peer.send_apart(pong);
    }
    peer.send_apart(&Draft::pong(""));
    peer.send_frame(&Draft::ping("and now?"));
    let matters = |frame: &Frame| match frame.opcode {
        Opcode::Pong => frame.payload == b"and now?" || payloads.contains(&frame.payload),
        opcode => opcode == Opcode::Close,
    };
    match peer.event_except(session.options.answer, |frame| !matters(frame)) {
        Event::Frame(frame) if frame.payload == b"and now?" => Ok(()),
        other => Err(peer.instead(&other, "it should have ignored the pongs")),
    }
}
