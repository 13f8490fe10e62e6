//! Level 5: a text must be valid UTF-8 (RFC 6455 §8.1), as a whole.

use crate::checker::check::Check;
use crate::checker::session::Session;
use crate::checker::wire::frame::{Draft, Opcode, REFUSALS, SHORT_HEADER, text};
use crate::checker::wire::stop::Judgement;

/// What comes before the invalid bytes.
const PREFIX: &[u8] = b"bad: ";

pub(crate) const CHECKS: &[Check] = &[
    Check::new(5, "utf8/split-character", "RFC 6455 §5.6", |session| {
        let mut peer = session.open()?;
        let (first, second) = "€".as_bytes().split_at(1);
        peer.send_apart(&text(first).not_final());
        peer.send_frame(&Draft::continuation(second));
        peer.expect(Opcode::Text, "€".as_bytes())?;
        // At each place, and at all of them.
        ["é", "€", "𝄞"].map(str::as_bytes).iter().try_for_each(|letter| {
            (1..letter.len()).try_for_each(|cut| {
                let (first, second) = letter.split_at(cut);
                peer.send_frames(&[text(first).not_final(), Draft::continuation(second)]);
                peer.expect(Opcode::Text, letter)
            })?;
            let bytes = letter.iter().map(|byte| Draft::continuation([*byte]).not_final());
            let mut drafts: Vec<Draft> = bytes.chain([Draft::continuation("!")]).collect();
            drafts[0].opcode = Opcode::Text;
            peer.send_frames(&drafts);
            peer.expect(Opcode::Text, &[letter, &b"!"[..]].concat())
        })
    })
    .needs(&["fragments/joined"])
    .expects("A character may be split between two fragments.")
    .hint("Check the text of the whole message, or remember the incomplete character between fragments."),
    Check::new(5, "utf8/any-character", "RFC 3629 §4", |session| {
        let mut peer = session.open()?;
        peer.echoes("a\0 é € 𝄞 \u{fffe} \u{feff} \u{10ffff}")?;
        // One letter, in one code point and in two: they must stay different.
        ["\0", "\u{fffd}", "\0a\0", "\u{10ffff}", "\u{e9}e\u{301}",
            "<b>\"&amp;\\n'%20+</b>", "ﬁ\u{212b}\u{ad}\u{200d}\u{202e}\u{e000}\u{fdd0}"]
            .iter()
            .try_for_each(|words| peer.echoes(words))?;
        peer.echoes(&session.random.characters(session.random.within(10..=30).into()))
    })
    .expects("Every character comes back: NUL, characters of two, three and four bytes, and the last one.")
    .hint("U+0000, U+FFFD and U+10FFFF are valid, and so are code points that are not assigned."),
    Check::new(5, "utf8/white-space", "RFC 6455 §5.6", |session| {
        let mut peer = session.open()?;
        [" a", "a ", "\ta\t", "\r\na\r\n", "a\n", "\n", " ", "a\r", "a\r\nb\rc\nd", "\u{feff}",
         "\u{feff}a", "a\u{feff}", "\u{a0}a\u{2028}", "\u{3000}a\u{85}", "\u{b}\u{c}\u{1b}\u{7f}"]
            .iter()
            .try_for_each(|words| peer.echoes(words))
    })
    .expects("White space, line ends and a byte order mark at the ends of a text come back.")
    .hint("Do not trim what was sent, and decode it so that U+FEFF at the beginning stays."),
    Check::new(5, "utf8/impossible-byte", "RFC 6455 §8.1", |session| {
        refuses(session, &[&[0xff], &[0xfe], &[0x80], &[0xbf]])?;
        // A long text is checked as well as a short one.
        [300, 70_000].into_iter().try_for_each(|length| {
            let payload = [session.random.letters(length).as_bytes(), &[0xff]].concat();
            session.open()?.refuses_last(&[text(payload)], SHORT_HEADER)
        })
    })
    .expects("A text with the byte ff, or with another byte that cannot begin a character, fails the connection, with 1007.")
    .hint("Decode strictly: a decoder that inserts a replacement character hides the fault."),
    Check::new(5, "utf8/overlong", "RFC 3629 §3", |session| {
        let two: [&[u8]; 3] = [&[0xc0, 0xaf], &[0xc0, 0x80], &[0xc1, 0xbf]];
        refuses(session, &two)?;
        refuses(session, &[&[0xe0, 0x80, 0xaf], &[0xe0, 0x9f, 0xbf]])?;
        refuses(session, &[&[0xf0, 0x80, 0x80, 0xaf], &[0xf0, 0x8f, 0xbf, 0xbf]])
    })
    .expects("A character in more bytes than it needs fails the connection, with 1007.")
    .hint("c0 and c1 cannot begin a character. After e0 comes a0 or more, and after f0 comes 90 or more."),
    Check::new(5, "utf8/surrogate", "RFC 3629 §3", |session| {
        let one: [&[u8]; 3] = [&[0xed, 0xa0, 0x80], &[0xed, 0xad, 0xbf], &[0xed, 0xbf, 0xbf]];
        refuses(session, &one)?;
        refuses(session, &[&[0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]])
    })
    .expects("Half of a UTF-16 pair fails the connection, with 1007.")
    .hint("After ed comes 9f or less: U+D800 to U+DFFF are not characters."),
    Check::new(5, "utf8/beyond-unicode", "RFC 3629 §3", |session| {
        refuses(session, &[&[0xf4, 0x90, 0x80, 0x80], &[0xf5, 0x80, 0x80, 0x80]])?;
        refuses(session, &[&[0xf7, 0xbf, 0xbf, 0xbf], &[0xf8, 0x88, 0x80, 0x80, 0x80]])
    })
    .expects("A character beyond U+10FFFF fails the connection, with 1007.")
    .hint("After f4 comes 8f or less, and f5 to ff cannot begin a character."),
    Check::new(5, "utf8/incomplete", "RFC 6455 §8.1", |session| {
        let starts: [&[u8]; 5] = [&[0xe2, 0x82], &[0xc3], &[0xe2], &[0xf0, 0x9f, 0x98], &[0xf0]];
        refuses(session, &starts)
    })
    .expects("A text with an incomplete character, at its end for example, fails the connection, with 1007.")
    .hint("At the end of a message no character may be incomplete."),
    Check::new(5, "utf8/in-fragments", "RFC 6455 §8.1", |session| {
        // What is in each fragment: bad bytes, half a character, and one that is split.
        let fragments: [&[&[u8]]; 8] = [
            &[PREFIX, &[0x80]],
            &[&[0x80], PREFIX],
            &[PREFIX, &[0xff], b"good"],
            &[PREFIX, &[0xe2, 0x82]],
            &[PREFIX, &[0xe2, 0x82], b""],
            &[&[0xe2, 0x82], b"", b"good"],
            &[&[0xe0], &[0x80, 0xaf]],
            &[&[0xf4], &[0x90, 0x80, 0x80]],
        ];
        fragments.iter().try_for_each(|payloads| {
            let more = |payload: &&[u8]| Draft::continuation(*payload).not_final();
            let mut drafts: Vec<Draft> = payloads.iter().map(more).collect();
            drafts[0].opcode = Opcode::Text;
            drafts[payloads.len() - 1].fin = true;
            session.open()?.refuses_last(&drafts, SHORT_HEADER)
        })
    })
    .needs(&["fragments/joined"])
    .expects("A text in fragments is checked as well.")
    .hint("Check the whole message, with its continuations, and not only one frame."),
];

/// Expects that a text with each of these is refused: at its end, and anywhere.
fn refuses(session: &Session, wrong: &[&[u8]]) -> Judgement {
    wrong.iter().try_for_each(|wrong| {
        let start = SHORT_HEADER + PREFIX.len() as u64;
        session.open()?.refuses(&text([PREFIX, wrong].concat()), start, REFUSALS)?;
        let [before, after] = [0..=60, 1..=60].map(|range| session.random.within(range).into());
        let [before, after] = [before, after].map(|length| session.random.letters(length));
        let payload = [before.as_bytes(), wrong, after.as_bytes()].concat();
        session.open()?.refuses(&text(payload), SHORT_HEADER + before.len() as u64, REFUSALS)
    })
}
