//! Level 5: a text must be valid UTF-8 (RFC 6455 §8.1), as a whole.

use crate::checker::check::Check;
use crate::checker::client::visit::Visit;
use crate::checker::wire::frame::{Draft, INVALID_DATA, Opcode, text};
use crate::checker::wire::stop::Judgement;

/// What comes before the invalid bytes.
const PREFIX: &[u8] = b"bad: ";
/// Where the payload of a short frame begins.
const HEADER: u64 = 2;

pub(crate) const CHECKS: &[Check] = &[
    Check::client(5, "client/any-character", "RFC 3629 §4", |visit| {
        let mut guest = visit.open()?;
        guest.echoes("\u{feff} a\0 é € 𝄞 \u{fffe} \u{10ffff}  \r\n ")
    })
    .needs(&["client/echo"])
    .expects("Every character comes back: a byte order mark, NUL, characters of two, three and four bytes, and spaces at the end.")
    .hint("Pass a text on unchanged: do not trim it, and keep its U+FEFF."),
    Check::client(5, "client/split-character", "RFC 6455 §5.6", |visit| {
        let mut guest = visit.open()?;
        let (first, second) = "€".as_bytes().split_at(1);
        guest.send_apart(&text(first).not_final());
        guest.send_frame(&Draft::continuation(second));
        guest.expect(Opcode::Text, "€".as_bytes())
    })
    .needs(&["client/fragments"])
    .expects("A character may be split between two fragments.")
    .hint("Check the text of the whole message, or remember the incomplete character between fragments."),
    Check::client(5, "client/invalid-text", "RFC 6455 §8.1", |visit| {
        let wrong: [&[u8]; 5] =
            [&[0xff], &[0xc0, 0xaf], &[0xe0, 0x80, 0xaf], &[0xed, 0xa0, 0x80], &[0xf4, 0x90, 0x80, 0x80]];
        wrong.into_iter().try_for_each(|wrong| refuses(visit, wrong))
    })
    .expects("A text that is not UTF-8 fails the connection, with 1007.")
    .hint("Decode strictly: the byte ff, characters in too many bytes, surrogates, and what is beyond U+10FFFF are errors."),
    Check::client(5, "client/incomplete-text", "RFC 6455 §8.1", |visit| {
        refuses(visit, &[0xe2, 0x82])
    })
    .needs(&["client/invalid-text"])
    .expects("A text that ends within a character fails the connection, with 1007.")
    .hint("At the end of a message no character may be incomplete."),
    Check::client(5, "client/invalid-fragment", "RFC 6455 §8.1", |visit| {
        let mut guest = visit.open_apart()?;
        guest.send_apart(&text(PREFIX).not_final());
        guest.refuses(&Draft::continuation([0x80]), HEADER, &[INVALID_DATA])
    })
    .needs(&["client/invalid-text"])
    .expects("A text in fragments is checked as well.")
    .hint("Check the whole message, with its continuations, and not only one frame."),
];

fn refuses(visit: &Visit, wrong: &[u8]) -> Judgement {
    let draft = text([PREFIX, wrong].concat());
    visit.open_apart()?.refuses(&draft, HEADER + PREFIX.len() as u64, &[INVALID_DATA])
}
