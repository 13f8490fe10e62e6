//! Level 5: a text must be valid UTF-8 (RFC 6455 §8.1), as a whole.

use crate::checker::check::Check;
use crate::checker::session::Session;
use crate::checker::wire::frame::{Draft, INVALID_DATA, Opcode, SHORT_HEADER, text};
use crate::checker::wire::stop::Judgement;

/// What comes before the invalid bytes.
const PREFIX: &[u8] = b"bad: ";

pub(crate) const CHECKS: &[Check] = &[
    Check::new(5, "utf8/split-character", "RFC 6455 §5.6", |session| {
        let mut peer = session.open()?;
        let (first, second) = "€".as_bytes().split_at(1);
        peer.send_apart(&text(first).not_final());
        peer.send_frame(&Draft::continuation(second));
        peer.expect(Opcode::Text, "€".as_bytes())
    })
    .needs(&["fragments/joined"])
    .expects("A character may be split between two fragments.")
    .hint("Check the text of the whole message, or remember the open character between fragments."),
    Check::new(5, "utf8/any-character", "RFC 3629 §4", |session| {
        session.open()?.echoes("a\0 é € 𝄞 \u{fffe} \u{feff} \u{10ffff}")
    })
    .expects("Every character comes back: NUL, two, three and four bytes, and the last of all.")
    .hint("U+0000 and U+10FFFF are valid, and so are code points without a meaning."),
    Check::new(5, "utf8/impossible-byte", "RFC 6455 §8.1", |session| refuses(session, &[0xff]))
        .expects("The byte ff in a text fails the connection, with 1007.")
        .hint("Decode strictly: a decoder that inserts a replacement character hides the fault."),
    Check::new(5, "utf8/overlong", "RFC 3629 §3", |session| {
        refuses(session, &[0xc0, 0xaf])?;
        refuses(session, &[0xe0, 0x80, 0xaf])
    })
    .expects("A character in more bytes than it needs fails the connection, with 1007.")
    .hint("c0 and c1 begin no character; behind e0 comes a0 or more, behind f0 90 or more."),
    Check::new(5, "utf8/surrogate", "RFC 3629 §3", |session| {
        refuses(session, &[0xed, 0xa0, 0x80])
    })
    .expects("Half of a UTF-16 pair fails the connection, with 1007.")
    .hint("Behind ed comes 9f or less: U+D800 to U+DFFF are not characters."),
    Check::new(5, "utf8/beyond-unicode", "RFC 3629 §3", |session| {
        refuses(session, &[0xf4, 0x90, 0x80, 0x80])
    })
    .expects("A character beyond U+10FFFF fails the connection, with 1007.")
    .hint("Behind f4 comes 8f or less, and f5 to ff begin no character."),
    Check::new(5, "utf8/incomplete", "RFC 6455 §8.1", |session| refuses(session, &[0xe2, 0x82]))
        .expects("A text that ends within a character fails the connection, with 1007.")
        .hint("At the end of a message no character may be incomplete."),
    Check::new(5, "utf8/in-fragments", "RFC 6455 §8.1", |session| {
        let mut peer = session.open()?;
        peer.send_apart(&text(PREFIX).not_final());
        peer.refuses(&Draft::continuation([0x80]), SHORT_HEADER, &[INVALID_DATA])
    })
    .needs(&["fragments/joined"])
    .expects("A text in fragments is checked as well.")
    .hint("Check the message and not the frame, continuations too."),
];

fn refuses(session: &Session, wrong: &[u8]) -> Judgement {
    let draft = text([PREFIX, wrong].concat());
    session.open()?.refuses(&draft, SHORT_HEADER + PREFIX.len() as u64, &[INVALID_DATA])
}
