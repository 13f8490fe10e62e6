//! # A character that comes in two halves
//!
//! A text message is UTF-8, and a fragment of it may end in the middle of a character: the é of
//! *café* has two bytes, `c3 a9`. This check looks at each fragment alone, so it refuses correct
//! texts.
//!
//! It would be correct to collect the whole message and check it at its end, but late: after the
//! first impossible byte the rest does not matter (RFC 6455 §8.1). Make `Text` accept every correct
//! text, however it is cut, and refuse a wrong one with 1007 as early as possible. If a wrong text
//! raised an exception instead, one client could stop the server (fault F15).
//!
//! Fails: a_character_may_be_cut
//!   "a character that is cut is no error: its other bytes may still come"
//! Fails: a_fragment_may_end_one_character_and_begin_another
//!   "one fragment ends a character and begins another, and the next ends that"
//! Fails: an_empty_fragment_changes_nothing
//!   "an empty fragment within a character changes nothing"
//!
//! Chapter: book/src/05a-messages.md#exercises

/// A text that is arriving in fragments.
#[derive(Default)]
struct Text {
    // TODO: what must be kept of a fragment for the next one?
}

impl Text {
    /// Takes the next fragment. Fails with 1007 as soon as the text cannot become right any more.
    fn push(&mut self, fragment: &[u8]) -> Result<(), u16> {
        str::from_utf8(fragment).map(drop).map_err(|_| 1007)
    }

    /// The message has ended. Fails with 1007 if its last character is not complete.
    fn finish(self) -> Result<(), u16> {
        Ok(())
    }
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn a_text_in_one_fragment_is_a_text() {
        expect_accepted(&["café, 日本, 🦀".as_bytes()], "all of this is UTF-8");
        expect_accepted(&[b""], "an empty text is a text");
    }

    #[test]
    fn a_character_may_be_cut() {
        let text = "é日🦀e".as_bytes();
        let mistake = "a character that is cut is no error: its other bytes may still come";
        for cut in 1..text.len() {
            expect_accepted(&[&text[..cut], &text[cut..]], mistake);
        }
        expect_accepted(&text.chunks(1).collect::<Vec<_>>(), mistake);
    }

    #[test]
    fn a_fragment_may_end_one_character_and_begin_another() {
        let text = "é日🦀e".as_bytes();
        let mistake = "one fragment ends a character and begins another, and the next ends that";
        for first in 1..text.len() {
            for second in first + 1..text.len() {
                let fragments = [&text[..first], &text[first..second], &text[second..]];
                expect_accepted(&fragments, mistake);
            }
        }
    }

    #[test]
    fn an_empty_fragment_changes_nothing() {
        let mistake = "an empty fragment within a character changes nothing";
        expect_accepted(&[b"caf\xc3", b"", b"\xa9"], mistake);
    }

    #[test]
    fn an_impossible_byte_is_refused_at_once() {
        let mistake = "no text contains the byte ff: refuse it when it comes";
        expect_refused(&[b"caf", b"\xff", b"e"], 2, mistake);
        expect_refused(&[b"caf", b"\xa9", b"e"], 2, "the byte a9 does not begin a character");
        let mistake = "the character cannot be completed any more: refuse it at once";
        expect_refused(&[b"caf\xc3", b"e", b"e"], 2, mistake);
        expect_refused(&[b"\xe6", b"e", b"ee"], 2, mistake);
        expect_refused(&[b"\xe6\x97", b"e", b"ee"], 2, mistake);
        expect_refused(&[b"\xf0", b"\x9f", b"e", b"e"], 3, mistake);
    }

    #[test]
    fn a_surrogate_is_no_character() {
        let mistake = "ed a0 begins a surrogate (U+D800), which has no place in UTF-8";
        expect_refused(&[b"\xed\xa0\x80"], 1, mistake);
        expect_refused(&[b"\xed", b"\xa0", b"\x80"], 2, mistake);
    }

    #[test]
    fn a_character_has_one_form_only() {
        let mistake = "a longer form than the character needs is not UTF-8";
        expect_refused(&[b"\xc0\x80"], 1, mistake);
        expect_refused(&[b"\xc1\xbf"], 1, mistake);
        expect_refused(&[b"\xe0", b"\x80", b"\x80"], 2, mistake);
        expect_refused(&[b"\xf0", b"\x8f", b"\xbf", b"\xbf"], 2, mistake);
        let mistake = "U+10FFFF is the last character: f4 90 and f5 are beyond it";
        expect_refused(&[b"\xf4", b"\x90", b"\x80", b"\x80"], 2, mistake);
        expect_refused(&[b"\xf5", b"\x80"], 1, mistake);
    }

    #[test]
    fn a_text_does_not_end_within_a_character() {
        let mistake = "the message is over, and its last character is not complete";
        expect_refused(&[b"caf\xc3"], 2, mistake);
        expect_refused(&[b"\xf0", b"\x9f\xa6"], 3, mistake);
    }

    #[track_caller]
    fn expect_accepted(fragments: &[&[u8]], mistake: &str) {
        let Some(yours) = refused_at(fragments) else { return };
        let (sent, yours) = (hex(fragments), place(yours, fragments));
        panic!("{mistake}\n  sent:     {sent}\n  yours:    refused {yours}\n  expected: accepted");
    }

    /// Expects the error at the fragment with this number, or before. The end has a number, too.
    #[track_caller]
    fn expect_refused(fragments: &[&[u8]], latest: usize, mistake: &str) {
        let number = refused_at(fragments);
        let yours = number.map(|number| format!("refused {}", place(number, fragments)));
        assert!(
            number.is_some_and(|number| number <= latest),
            "{mistake}\n  sent:     {}\n  yours:    {}\n  expected: refused {}",
            hex(fragments),
            yours.unwrap_or("accepted".to_owned()),
            place(latest, fragments),
        );
    }

    /// The number of the fragment that your `Text` refuses, or of the end.
    #[track_caller]
    fn refused_at(fragments: &[&[u8]]) -> Option<usize> {
        let mut text = Text::default();
        for (number, fragment) in (1..).zip(fragments) {
            let pushed = catch_unwind(AssertUnwindSafe(|| text.push(fragment)));
            let Ok(pushed) = pushed else {
                panic!("`push` panicked\n  sent:     {}", hex(fragments))
            };
            if let Err(code) = pushed {
                assert!(code == 1007, "a wrong text fails with 1007, and yours with {code}");
                return Some(number);
            }
        }
        let end = text.finish();
        assert!(matches!(end, Ok(()) | Err(1007)), "a wrong text fails with 1007: {end:?}");
        end.is_err().then_some(fragments.len() + 1)
    }

    fn place(number: usize, fragments: &[&[u8]]) -> String {
        if number > fragments.len() {
            "at the end".to_owned()
        } else {
            format!("at fragment {number} of {}", fragments.len())
        }
    }

    fn hex(fragments: &[&[u8]]) -> String {
        let hex = |fragment: &&[u8]| {
            let bytes: Vec<String> = fragment.iter().map(|byte| format!("{byte:02x}")).collect();
            if bytes.is_empty() { "(empty)".to_owned() } else { bytes.join(" ") }
        };
        fragments.iter().map(hex).collect::<Vec<_>>().join(" | ")
    }
}
