//! Level 5: a text is UTF-8 (RFC 6455 §8.1), as a whole and nothing less.

use super::{
    catalogue::{Check, Judgement},
    frame::{CONTINUATION, Draft, TEXT, text},
    session::Session,
};

/// The status code of a text that is none (RFC 6455 §7.4.1).
const NOT_UTF8: u16 = 1007;

pub(super) const CHECKS: &[Check] = &[
    Check::new(5, "utf8/split-character", "RFC 6455 §5.6", split_character)
        .needs(&["fragments/joined"])
        .expects("A character may be cut by the end of a fragment.")
        .hint("Check the text of the whole message, or remember the open character between fragments."),
    Check::new(5, "utf8/any-character", "RFC 3629 §4", any_character)
        .expects("Every character comes back: NUL, two, three and four bytes, and the last of all.")
        .hint("U+10FFFF and U+0000 are characters, and so are those that stand for nothing yet."),
    Check::new(5, "utf8/impossible-byte", "RFC 6455 §8.1", impossible)
        .expects("The byte ff in a text fails the connection, with 1007.")
        .hint("Decode strictly: a decoder that puts in a replacement character hides the fault."),
    Check::new(5, "utf8/overlong", "RFC 3629 §3", overlong)
        .expects("A character in more bytes than it needs fails the connection, with 1007.")
        .hint("c0 and c1 begin nothing; behind e0 comes a0 or more, behind f0 90 or more."),
    Check::new(5, "utf8/surrogate", "RFC 3629 §3", surrogate)
        .expects("Half of a UTF-16 pair fails the connection, with 1007.")
        .hint("Behind ed comes 9f or less: U+D800 to U+DFFF are no characters."),
    Check::new(5, "utf8/beyond-unicode", "RFC 3629 §3", beyond)
        .expects("A character beyond U+10FFFF fails the connection, with 1007.")
        .hint("Behind f4 comes 8f or less, and f5 to ff begin nothing."),
    Check::new(5, "utf8/incomplete", "RFC 6455 §8.1", incomplete)
        .expects("A text that ends within a character fails the connection, with 1007.")
        .hint("At the end of a message no character may be open."),
    Check::new(5, "utf8/in-fragments", "RFC 6455 §8.1", in_fragments)
        .needs(&["fragments/joined"])
        .expects("A text in fragments is checked as well.")
        .hint("Check the message and not the frame, continuations too."),
];

fn split_character(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    let (first, second) = "€".as_bytes().split_at(1);
    peer.send_apart(&text(first).not_final());
    peer.send_frame(&Draft::new(CONTINUATION, second));
    peer.expect(TEXT, "€".as_bytes()).map(drop)
}

fn any_character(session: &Session) -> Judgement {
    session.open()?.echoes("a\0 é € 𝄞 \u{fffe} \u{feff} \u{10ffff}")
}

fn impossible(session: &Session) -> Judgement {
    refused(session, &[0xff])
}

fn overlong(session: &Session) -> Judgement {
    refused(session, &[0xc0, 0xaf])?;
    refused(session, &[0xe0, 0x80, 0xaf])
}

fn surrogate(session: &Session) -> Judgement {
    refused(session, &[0xed, 0xa0, 0x80])
}

fn beyond(session: &Session) -> Judgement {
    refused(session, &[0xf4, 0x90, 0x80, 0x80])
}

fn incomplete(session: &Session) -> Judgement {
    refused(session, &[0xe2, 0x82])
}

/// What comes before the bytes that are no text.
const PREFIX: &[u8] = b"bad: ";
/// Where the payload of a short masked frame begins.
const PAYLOAD: u64 = 6;

fn refused(session: &Session, wrong: &[u8]) -> Judgement {
    let draft = text([PREFIX, wrong].concat());
    session.open()?.refuses(&draft, PAYLOAD + PREFIX.len() as u64, &[NOT_UTF8])
}

fn in_fragments(session: &Session) -> Judgement {
    let mut peer = session.open()?;
    peer.send_apart(&text(PREFIX).not_final());
    peer.refuses(&Draft::new(CONTINUATION, [0x80]), PAYLOAD, &[NOT_UTF8])
}
