//! Level 3: masked payloads in each form of their length, and which frames must be refused.
//!
//! A server of this level need not answer. If it does, the answer must be right.

use std::time::Duration;

use crate::checker::check::Check;
use crate::checker::session::{LONG_QUIET, Session};
use crate::checker::wire::conversation::Message;
use crate::checker::wire::frame::{Draft, Frame, Opcode, PROTOCOL_ERROR, TOO_BIG, text};
use crate::checker::wire::peer::{Event, Peer};
use crate::checker::wire::record::sent;
use crate::checker::wire::stop::{Judgement, Stop};

/// The length with nothing but the top bit set.
const TOP_BIT: u64 = 1 << 63;

pub(crate) const CHECKS: &[Check] = &[
    Check::new(3, "unmasking/text", "RFC 6455 §5.3", |session| {
        let mut peer = session.open()?;
        peer.send_frame(&text("Hello"));
        comes_back(&mut peer, session.echo_time(), b"Hello").map(drop)
    })
    .needs(&["handshake/upgrade"])
    .expects("A masked text of five bytes is taken, and whatever comes back is that text.")
    .hint("Byte i of the payload is XORed with byte i mod 4 of the key."),
    Check::new(3, "unmasking/key", "RFC 6455 §5.3", |session| {
        let keys = [([0; 4], "zero"), ([0xff, 0, 0x80, 1], "abc"), ([1, 2, 3, 4], "1234567")];
        taken(session, &keys.map(|(key, words)| (text(words).masked_with(key), words.into())))
    })
    .expects("Any masking key is taken, with a payload of any length.")
    .hint("Take the four bytes behind the length as they are, even if they are zero."),
    Check::new(3, "unmasking/two-byte-length", "RFC 6455 §5.2", |session| {
        // 256 shows which byte is the high one.
        taken(session, &[126, 127, 256, 1000].map(|length| (text(letters(length)), letters(length))))
    })
    .expects("A payload of 126 to 65,535 bytes is taken.")
    .hint("The seven bits say 126, and the length is in the next two bytes, the high one first."),
    Check::new(3, "unmasking/eight-byte-length", "RFC 6455 §5.2", |session| {
        let words = letters(65_536 + 300);
        taken(session, &[(text(words.clone()), words)])
    })
    .expects("A payload of over 65,535 bytes is taken.")
    .hint("The seven bits say 127, and the length is in the next eight bytes, the highest first."),
    Check::new(3, "unmasking/mask-bit", "RFC 6455 §5.1", |session| {
        session.open()?.refuses(&text("Hello").unmasked(), 1, &[PROTOCOL_ERROR])
    })
    .fault("F8")
    .expects("A frame that is not masked fails the connection, with 1002.")
    .hint("Look at the top bit of the second byte before you look for a key."),
    Check::new(3, "unmasking/top-bit", "RFC 6455 §5.2", |session| {
        let mut peer = session.open()?;
        let offset = peer.send(&text("").bytes_declaring(TOP_BIT, 8));
        peer.fails(&[PROTOCOL_ERROR, TOO_BIG], sent(offset + 2))
    })
    .expects("A length in eight bytes with the top bit set fails the connection.")
    .hint("The highest bit must be 0; read as a signed number, the length would be negative."),
    Check::hostile(3, "hostile/minimal-length", "RFC 6455 §5.2", |session| {
        [(5, 2), (5, 8), (200, 8)].into_iter().try_for_each(|(length, extended)| {
            let mut peer = session.open()?;
            let frame = text(letters(length)).bytes_declaring(length as u64, extended);
            let offset = peer.send(&frame);
            peer.fails(&[PROTOCOL_ERROR], sent(offset + 1))
        })
    })
    .expects("A length that is not in its shortest form fails the connection, with 1002.")
    .hint("Behind 126 the length must be over 125, and behind 127 over 65,535, so that every frame has one encoding only."),
];

/// A text of this many bytes, in which neighbouring bytes differ.
pub(crate) fn letters(length: usize) -> Vec<u8> {
    (b'a'..=b'z').cycle().take(length).collect()
}

/// Expects that the server takes frames: that the connection stays open, and that these payloads
/// come back if the server echoes at all.
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

/// Returns whether anything comes back, which must be this. The next level checks how it is framed.
fn comes_back(peer: &mut Peer, wait: Duration, payload: &[u8]) -> Result<bool, Stop> {
    match peer.event_except(wait, Frame::is_ping_or_pong) {
        Event::Quiet => Ok(false),
        Event::Frame(frame) if !frame.opcode.is_control() => {
            let (opcode, came) = (Opcode::Text, frame.payload.clone());
            let message = Message { opcode, payload: came, frames: vec![frame] };
            peer.same(&message, opcode, payload).map(|()| true)
        }
        other => Err(peer.instead(&other, "the frame was right")),
    }
}
