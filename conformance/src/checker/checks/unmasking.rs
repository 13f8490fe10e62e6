//! Level 3: masked payloads in each form of their length, and which frames must be refused.
//!
//! A server of this level need not answer. If it does, the answer must be right.

use std::time::Duration;

use crate::checker::check::Check;
use crate::checker::session::Session;
use crate::checker::wire::conversation::QUIET;
use crate::checker::wire::frame::{Draft, Opcode, REFUSALS, TOO_BIG, text};
use crate::checker::wire::manner::Echo;
use crate::checker::wire::peer::Peer;
use crate::checker::wire::record::sent;
use crate::checker::wire::stop::{Judgement, Stop};

/// The length with nothing but the top bit set.
const TOP_BIT: u64 = 1 << 63;

pub(crate) const CHECKS: &[Check] = &[
    Check::new(3, "unmasking/text", "RFC 6455 §5.3", |session| {
        let mut peer = session.open()?;
        peer.send_frame(&text("Hello"));
        // The judge has waited for an answer before, when it learned that the server is silent.
        let wait = if peer.echo == Echo::Silent { QUIET } else { session.echo_time() };
        // A server that answers something else has understood the text, as far as can be seen.
        match comes_back(&mut peer, wait, b"Hello") {
            Err(Stop::Unseen(_)) if peer.echo == Echo::Other => Ok(()),
            seen => seen.map(drop),
        }
    })
    .needs(&["handshake/upgrade"])
    .expects("A masked text of five bytes is accepted. If anything comes back, it is that text.")
    .hint("Keep the connection open after the 101. Byte i of the payload is XORed with byte i mod 4 of the key."),
    Check::new(3, "unmasking/key", "RFC 6455 §5.3", |session| {
        let random = &session.random;
        let keys = [[0; 4], [0xff, 0, 0x80, 1], [1, 2, 3, 4], random.mask(), random.mask()];
        let length = random.within(8..=124).into();
        let frames = keys.iter().zip([4, 3, 7, 125, length]).map(|(key, length)| {
            let words = random.letters(length).into_bytes();
            (text(words.clone()).masked_with(*key), words)
        });
        taken(session, &frames.collect::<Vec<_>>())
    })
    .expects("Any masking key is accepted, with a payload of any length.")
    .hint("Use the four bytes after the length as they are, even if they are zero."),
    Check::new(3, "unmasking/two-byte-length", "RFC 6455 §5.2", |session| {
        // 256 shows which byte is the high one.
        let lengths = [126, 127, 256, 1000, session.random.within(128..=4000).into()];
        taken(session, &lengths.map(|length| (text(letters(length)), letters(length))))
    })
    .expects("A payload of 126 to 65,535 bytes is accepted.")
    .hint("The 7-bit length is 126, and the real length is in the next two bytes, most significant first."),
    Check::new(3, "unmasking/eight-byte-length", "RFC 6455 §5.2", |session| {
        let shorter = session.random.within(4001..=65_534).into();
        let longer = 65_537 + usize::from(session.random.within(0..=20_000));
        let lengths = [65_535, 65_536, shorter, longer];
        taken(session, &lengths.map(|length| (text(letters(length)), letters(length))))
    })
    .needs(&["unmasking/text", "unmasking/two-byte-length"])
    .expects("A payload of 65,535 bytes or more is accepted.")
    .hint("After 127, the length is in eight bytes, most significant first."),
    Check::new(3, "unmasking/mask-bit", "RFC 6455 §5.1", |session| {
        // Of each kind, without a payload, and in each form of the length.
        let drafts = [
            text("Hello"),
            text(""),
            Draft::binary([1, 2, 3, 4, 5, 6]),
            Draft::ping("Hello"),
            Draft::ping(""),
            Draft::pong("Hello"),
            Draft::pong(""),
            Draft::close(1000, ""),
            Draft::close_with(""),
            text(letters(session.random.within(126..=1000).into())),
            text(letters(70_000)),
        ];
        drafts.into_iter().try_for_each(|draft| {
            session.open()?.refuses(&draft.unmasked(), 1, REFUSALS)
        })
    })
    .fault("F8")
    .expects("A frame that is not masked fails the connection, with 1002.")
    .hint("Look at the top bit of the second byte before you look for a key."),
    Check::new(3, "unmasking/top-bit", "RFC 6455 §5.2", |session| {
        // The last is a right frame for a server that takes the lower four bytes only.
        let drafts = [text(""), text("Hello"), Draft::binary("Hello"), text(letters(70_000))];
        drafts.iter().try_for_each(|draft| {
            let mut peer = session.open()?;
            let length = TOP_BIT + draft.payload.len() as u64;
            let offset = peer.send(&draft.bytes_declaring(length, 8));
            peer.fails(&[REFUSALS, &[TOO_BIG]].concat(), sent(offset + 2))
        })
    })
    .expects("A length in eight bytes with the top bit set fails the connection.")
    .hint("The highest bit must be 0; read as a signed number, the length would be negative."),
    Check::hostile(3, "hostile/minimal-length", "RFC 6455 §5.2", |session| {
        let lengths = [(5, 2), (5, 8), (200, 8), (0, 2), (0, 8), (125, 2), (126, 8), (65_535, 8)];
        lengths.into_iter().try_for_each(|(length, extended)| {
            let mut peer = session.open()?;
            let frame = text(letters(length)).bytes_declaring(length as u64, extended);
            let offset = peer.send(&frame);
            peer.fails(REFUSALS, sent(offset + 1))
        })
    })
    .expects("A length that is not in its shortest form fails the connection, with 1002.")
    .hint("After 126 the length must be over 125, and after 127 over 65,535, so that every length has only one form."),
];

/// A text of this many bytes, in which neighbouring bytes differ.
pub(crate) fn letters(length: usize) -> Vec<u8> {
    (b'a'..=b'z').cycle().take(length).collect()
}

/// Expects that the server takes frames: that the connection stays open, and that these payloads
/// come back if the server echoes at all.
fn taken(session: &Session, frames: &[(Draft, Vec<u8>)]) -> Judgement {
    let mut peer = session.open()?;
    let echoes = peer.echo != Echo::Silent;
    for (draft, payload) in frames {
        peer.send_frame(draft);
        if echoes && !comes_back(&mut peer, session.options.answer, payload)? {
            return Err(peer.wrong("A short text came back, but this one did not", None));
        }
    }
    if echoes { Ok(()) } else { comes_back(&mut peer, QUIET, b"").map(drop) }
}

/// Returns whether anything comes back, which must be this. The next level checks how it is framed.
fn comes_back(peer: &mut Peer, wait: Duration, payload: &[u8]) -> Result<bool, Stop> {
    let Some(mut message) = peer.next_message(wait)? else { return Ok(false) };
    message.opcode = Opcode::Text;
    peer.same(&message, Opcode::Text, payload).map(|()| true)
}
