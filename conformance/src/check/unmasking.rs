//! Level 3: what a masked frame holds, in each form of its length, and which frames must be refused.
//!
//! A server of this level need not say anything: where it does, what it says must be right.

use std::time::Duration;

use super::{
    catalogue::{Check, Judgement, Stop},
    conversation::Message,
    frame::{CLOSE, Draft, Form, TEXT, text},
    peer::{Event, Peer},
    session::{LONG_QUIET, Session, sent},
};

/// The status code of a broken rule (RFC 6455 §7.4.1).
pub(super) const PROTOCOL_ERROR: u16 = 1002;
/// The status code of too much.
pub(super) const TOO_BIG: u16 = 1009;
/// The length with nothing but the top bit set.
const TOP_BIT: u64 = 1 << 63;

pub(super) const CHECKS: &[Check] = &[
    Check::new(3, "unmasking/text", "RFC 6455 §5.3", short)
        .needs(&["handshake/upgrade"])
        .expects("A masked text of five bytes is taken, and whatever comes back is that text.")
        .hint("Byte i of the payload is XORed with byte i mod 4 of the key."),
    Check::new(3, "unmasking/key", "RFC 6455 §5.3", keys)
        .expects("Any key will do, and so will any length of payload.")
        .hint("Take the four bytes behind the length as they are, even if they are zero."),
    Check::new(3, "unmasking/two-byte-length", "RFC 6455 §5.2", two_bytes)
        .expects("A payload of 126 to 65,535 bytes is taken.")
        .hint("The seven bits say 126, and the length is in the next two bytes, the high one first."),
    Check::new(3, "unmasking/eight-byte-length", "RFC 6455 §5.2", eight_bytes)
        .expects("A payload of over 65,535 bytes is taken.")
        .hint("The seven bits say 127, and the length is in the next eight bytes, the highest first."),
    Check::new(3, "unmasking/mask-bit", "RFC 6455 §5.1", mask_bit)
        .fault("F8")
        .expects("A frame that is not masked fails the connection, with 1002.")
        .hint("Look at the top bit of the second byte before you look for a key."),
    Check::new(3, "unmasking/top-bit", "RFC 6455 §5.2", top_bit)
        .expects("A length in eight bytes with the top bit set fails the connection.")
        .hint("The highest bit must be 0; read as a signed number, the length would be negative."),
    Check::new(3, "hostile/minimal-length", "RFC 6455 §5.2", minimal)
        .hostile()
        .expects("A length that is not in its shortest form fails the connection, with 1002.")
        .hint("126 must be more than 125, and 127 more than 65,535: two spellings of one frame are one too many."),
];

fn short(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send_frame(&text("Hello"));
    comes_back(&mut peer, session.echo_time(), b"Hello").map(drop)
}

fn keys(session: &Session) -> Judgement {
    let keys = [([0; 4], "zero"), ([0xff, 0, 0x80, 1], "abc"), ([1, 2, 3, 4], "1234567")];
    taken(session, &keys.map(|(key, words)| (text(words).key(Some(key)), words.into())))
}

fn two_bytes(session: &Session) -> Judgement {
    // 256 tells which byte is the high one.
    taken(session, &[126, 127, 256, 1000].map(|length| (text(letters(length)), letters(length))))
}

fn eight_bytes(session: &Session) -> Judgement {
    let words = letters(65_536 + 300);
    taken(session, &[(text(words.clone()), words)])
}

/// A text of this many bytes, in which every place is told from its neighbours.
pub(super) fn letters(length: usize) -> Vec<u8> {
    (b'a'..=b'z').cycle().take(length).collect()
}

/// Expects that frames are taken: the connection stays open; and if the server sends back what it
/// hears, then also these payloads.
fn taken(session: &Session, frames: &[(Draft, Vec<u8>)]) -> Judgement {
    let mut peer = session.open()?;
    peer.send_frame(&text("Hello"));
    let echoes = comes_back(&mut peer, session.echo_time(), b"Hello")?;
    let wait = if echoes { session.options.answer } else { LONG_QUIET };
    for (draft, payload) in frames {
        peer.send_frame(draft);
        if comes_back(&mut peer, wait, payload)? != echoes {
            return Err(peer.wrong("A short text came back, and this one did not", None));
        }
    }
    Ok(())
}

/// Whether anything comes back, which must be this. How it is framed is the next level's business.
fn comes_back(peer: &mut Peer, wait: Duration, payload: &[u8]) -> Result<bool, Stop> {
    loop {
        match peer.event(wait) {
            Event::Quiet => return Ok(false),
            Event::Frame(frame) if frame.opcode < CLOSE => {
                let payload_back = frame.payload.clone();
                let message = Message { opcode: TEXT, payload: payload_back, frames: vec![frame] };
                return peer.same(&message, TEXT, payload).map(|()| true);
            }
            Event::Frame(frame) if frame.opcode > CLOSE => {}
            other => return Err(peer.instead(&other, "the frame was right")),
        }
    }
}

fn mask_bit(session: &Session) -> Judgement {
    session.open()?.refuses(&text("Hello").key(None), 1, &[PROTOCOL_ERROR])
}

fn top_bit(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    let offset = peer.send(&text("").form(Form::EightBytes).header(TOP_BIT));
    peer.fails(&[PROTOCOL_ERROR, TOO_BIG], sent(offset + 2))
}

fn minimal(session: &Session) -> Judgement {
    for (form, length) in [(Form::TwoBytes, 5), (Form::EightBytes, 5), (Form::EightBytes, 200)] {
        let draft = text(letters(length)).form(form);
        session.open()?.refuses(&draft, 1, &[PROTOCOL_ERROR])?;
    }
    Ok(())
}
