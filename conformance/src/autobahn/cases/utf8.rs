//! Group 6: text that is UTF-8, and text that is not.

use std::time::Duration;

use crate::autobahn::cases::script::{
    Case, Close, Effect, Event, NOT_UTF8, Step, close_after, continuation, fail_after, fragments,
    sends, text,
};
use crate::autobahn::wire::frame::Frame;

/// Letters that take two bytes each, among others.
const LATIN: &str = "Many: é+ñåøčžś letters";
/// The Greek word that the W3C and Markus Kuhn use as an example.
const GREEK: &str = "κόσμε";
/// That word, half of a surrogate pair, and more text.
pub(super) const SURROGATE: &[u8] =
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited";
/// That word, a code point beyond the last, and more text. Byte 12 is the first wrong one.
const TOO_LARGE: &[u8] = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90\x80\x80edited";

/// The series 6.5 to 6.23: a title, and payloads.
#[rustfmt::skip]
const SERIES: [(&str, &[&[u8]]); 19] = [
    ("some text", &[
        b"hello$world", b"hello\xc2\xa2world", b"hello\xe2\x82\xacworld",
        b"hello\xf0\xa4\xad\xa2world", GREEK.as_bytes(),
    ]),
    ("the start of a text", &[
        b"\xce", b"\xce\xba", b"\xce\xba\xe1", b"\xce\xba\xe1\xbd", b"\xce\xba\xe1\xbd\xb9",
        b"\xce\xba\xe1\xbd\xb9\xcf", b"\xce\xba\xe1\xbd\xb9\xcf\x83",
        b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce", b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc",
        b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce", GREEK.as_bytes(),
    ]),
    ("the first character of a length", &[
        b"\0", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80",
    ]),
    ("five or six bytes for the first code point of that length", &[
        b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80",
    ]),
    ("the last character of a length", &[
        b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf",
    ]),
    ("four to six bytes for the last code point of that length", &[
        b"\xf7\xbf\xbf\xbf", b"\xfb\xbf\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf\xbf",
    ]),
    ("a code point at a boundary", &[
        b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd", b"\xf4\x8f\xbf\xbf",
        b"\xf4\x90\x80\x80",
    ]),
    ("continuation bytes without a start", &[
        b"\x80", b"\xbf", b"\x80\xbf", b"\x80\xbf\x80", b"\x80\xbf\x80\xbf",
        b"\x80\xbf\x80\xbf\x80", b"\x80\xbf\x80\xbf\x80\xbf",
        &range::<63>(0x80),
    ]),
    ("start bytes without a continuation", &[
        &spaced::<62>(0xc0), &spaced::<30>(0xe0), &spaced::<14>(0xf0), &spaced::<6>(0xf8),
        &spaced::<2>(0xfc),
    ]),
    ("a character whose last byte is missing", &[
        b"\xc0", b"\xe0\x80", b"\xf0\x80\x80", b"\xf8\x80\x80\x80", b"\xfc\x80\x80\x80\x80",
        b"\xdf", b"\xef\xbf", b"\xf7\xbf\xbf", b"\xfb\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf",
    ]),
    ("ten of these, one after the other", &[
        b"\xc0\xe0\x80\xf0\x80\x80\xf8\x80\x80\x80\xfc\x80\x80\x80\x80\
          \xdf\xef\xbf\xf7\xbf\xbf\xfb\xbf\xbf\xbf\xfd\xbf\xbf\xbf\xbf",
    ]),
    ("bytes that UTF-8 never has", &[b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"]),
    ("a slash in too many bytes", &[
        b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf",
        b"\xfc\x80\x80\x80\x80\xaf",
    ]),
    ("the largest code point in too many bytes", &[
        b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x87\xbf\xbf\xbf",
        b"\xfc\x83\xbf\xbf\xbf\xbf",
    ]),
    ("NUL in too many bytes", &[
        b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf8\x80\x80\x80\x80",
        b"\xfc\x80\x80\x80\x80\x80",
    ]),
    ("half of a surrogate pair", &[
        b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xae\x80", b"\xed\xaf\xbf", b"\xed\xb0\x80",
        b"\xed\xbe\x80", b"\xed\xbf\xbf",
    ]),
    ("a surrogate pair", &[
        b"\xed\xa0\x80\xed\xb0\x80", b"\xed\xa0\x80\xed\xbf\xbf", b"\xed\xad\xbf\xed\xb0\x80",
        b"\xed\xad\xbf\xed\xbf\xbf", b"\xed\xae\x80\xed\xb0\x80", b"\xed\xae\x80\xed\xbf\xbf",
        b"\xed\xaf\xbf\xed\xb0\x80", b"\xed\xaf\xbf\xed\xbf\xbf",
    ]),
    ("a code point that is not a character", &[
        b"\xef\xbf\xbe", b"\xef\xbf\xbf",
        b"\xf0\x9f\xbf\xbe", b"\xf0\x9f\xbf\xbf", b"\xf0\xaf\xbf\xbe", b"\xf0\xaf\xbf\xbf",
        b"\xf0\xbf\xbf\xbe", b"\xf0\xbf\xbf\xbf",
        b"\xf1\x8f\xbf\xbe", b"\xf1\x8f\xbf\xbf", b"\xf1\x9f\xbf\xbe", b"\xf1\x9f\xbf\xbf",
        b"\xf1\xaf\xbf\xbe", b"\xf1\xaf\xbf\xbf", b"\xf1\xbf\xbf\xbe", b"\xf1\xbf\xbf\xbf",
        b"\xf2\x8f\xbf\xbe", b"\xf2\x8f\xbf\xbf", b"\xf2\x9f\xbf\xbe", b"\xf2\x9f\xbf\xbf",
        b"\xf2\xaf\xbf\xbe", b"\xf2\xaf\xbf\xbf", b"\xf2\xbf\xbf\xbe", b"\xf2\xbf\xbf\xbf",
        b"\xf3\x8f\xbf\xbe", b"\xf3\x8f\xbf\xbf", b"\xf3\x9f\xbf\xbe", b"\xf3\x9f\xbf\xbf",
        b"\xf3\xaf\xbf\xbe", b"\xf3\xaf\xbf\xbf", b"\xf3\xbf\xbf\xbe", b"\xf3\xbf\xbf\xbf",
        b"\xf4\x8f\xbf\xbe", b"\xf4\x8f\xbf\xbf",
    ]),
    ("a special code point", &[
        b"\xef\xbf\xb9", b"\xef\xbf\xba", b"\xef\xbf\xbb", b"\xef\xbf\xbc", b"\xef\xbf\xbd",
        b"\xef\xbf\xbe", b"\xef\xbf\xbf",
    ]),
];

/// The cases of group 6.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = valid();
    let whole = sends([text(SURROGATE)], fail_after(1));
    let bytewise = sends(fragments(SURROGATE, 1), fail_after(1));
    cases.push(refused("6.3.1", "a text with half of a surrogate pair", whole));
    cases.push(refused("6.3.2", "the same in fragments of one byte", bytewise));
    cases.extend(fail_fast());
    for (series, (title, payloads)) in (5..).zip(SERIES) {
        for (number, payload) in (1..).zip(payloads) {
            cases.push(short(&format!("6.{series}.{number}"), title, payload));
        }
    }
    cases
}

/// The judge sends a text that is not UTF-8. A peer that does not close has not seen it.
fn failure() -> Close {
    Close::failure(NOT_UTF8).with(Effect::WrongSideFails)
}

fn refused(number: &str, about: &str, steps: Vec<Step>) -> Case {
    Case::exchange(number, format!("The judge sends {about}."), steps, Vec::new(), failure())
}

fn valid() -> Vec<Case> {
    let echo = |number: &str, about: &str, frames: Vec<Frame>| {
        let whole = frames.iter().flat_map(|frame| frame.payload.clone()).collect();
        let steps = sends(frames, close_after(1));
        let description = format!("The judge sends {about}.");
        Case::exchange(number, description, steps, vec![Event::Text(whole)], Close::normal())
    };
    let three = |middle: &str| {
        vec![text("").unfinished(), continuation(middle).unfinished(), continuation("")]
    };
    let (start, end) = LATIN.split_at("Many: é+ñåø".len());
    vec![
        echo("6.1.1", "an empty text", vec![text("")]),
        echo("6.1.2", "a text in three empty fragments", three("")),
        echo("6.1.3", "a text between two empty fragments", three("a fragment between")),
        echo("6.2.1", "a text with letters of two bytes", vec![text(LATIN)]),
        echo(
            "6.2.2",
            "the same in two fragments, cut between letters",
            vec![text(start).unfinished(), continuation(end)],
        ),
        echo("6.2.3", "the same in fragments of one byte", fragments(LATIN.as_bytes(), 1)),
        echo("6.2.4", "a Greek word in fragments of one byte", fragments(GREEK.as_bytes(), 1)),
    ]
}

/// The judge sends a text in three parts with pauses, of which the second makes it invalid. The
/// peer should fail the connection then, and must fail it at the end.
fn fail_fast() -> Vec<Case> {
    let mut cases = Vec::new();
    for (number, kind, cuts) in [
        (1, "fragments", [11, 15]),
        (2, "fragments, of which the second is a single byte", [12, 13]),
        (3, "parts of one frame", [11, 15]),
        (4, "parts of one frame, of which the second is a single byte", [12, 13]),
    ] {
        let parts = [&TOO_LARGE[..cuts[0]], &TOO_LARGE[cuts[0]..cuts[1]], &TOO_LARGE[cuts[1]..]];
        let [first, second, third] = parts.map(<[u8]>::to_vec);
        let (pause, last_pause) =
            (Step::Expect(Event::StillOpen(1)), Step::Expect(Event::StillOpen(2)));
        let steps = if number < 3 {
            vec![
                Step::Send(text(first).unfinished()),
                pause,
                Step::Send(continuation(second).unfinished()),
                last_pause,
                Step::Send(continuation(third)),
                fail_after(1),
            ]
        } else {
            vec![
                Step::Begin(TOO_LARGE.len()),
                Step::Part(first),
                pause,
                Step::Part(second),
                last_pause,
                Step::Part(third),
                Step::Send(continuation("")),
                fail_after(1),
            ]
        };
        let description =
            format!("The judge sends a text that is not UTF-8 in three {kind}, a second apart.");
        let ok = vec![Event::StillOpen(1)];
        let case = Case::exchange(format!("6.4.{number}"), description, steps, ok, failure());
        cases.push(case.non_strict(vec![Event::StillOpen(1), Event::StillOpen(2)]).expecting(
            "The peer fails the connection with 1007 as soon as the second part has arrived.",
        ));
    }
    cases
}

/// The judge sends a short text, which the standard's UTF-8 contains or not.
fn short(number: &str, title: &str, payload: &[u8]) -> Case {
    let steps = sends([text(payload)], Step::FailAfter(Duration::from_millis(500)));
    if str::from_utf8(payload).is_ok() {
        let description = format!("The judge sends {title}, which is UTF-8.");
        let echo = vec![Event::Text(payload.to_vec())];
        Case::exchange(number, description, steps, echo, Close::normal())
    } else {
        refused(number, &format!("{title}, which is not UTF-8"), steps)
    }
}

/// The bytes from `first` on.
const fn range<const LENGTH: usize>(first: u8) -> [u8; LENGTH] {
    let mut bytes = [first; LENGTH];
    let mut index = 1;
    while index < LENGTH {
        bytes[index] = bytes[index - 1] + 1;
        index += 1;
    }
    bytes
}

/// The bytes from `first` on, each with a space after it.
const fn spaced<const LENGTH: usize>(first: u8) -> [u8; LENGTH] {
    let mut bytes = [b' '; LENGTH];
    let (mut index, mut byte) = (0, first);
    while index < LENGTH {
        bytes[index] = byte;
        byte += 1;
        index += 2;
    }
    bytes
}
