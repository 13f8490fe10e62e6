//! Bytes for human eyes.

use raw_socket::{hex_dump, visible};

/// RFC 9112 §2.1: a line of HTTP ends in CR LF, and a reader should see both.
#[test]
fn a_line_end_is_shown_as_the_two_bytes_it_is() {
    assert_eq!(visible(b"Host: localhost\r\n\r\n"), "Host: localhost␍␊\n␍␊\n");
    assert_eq!(visible(b"a lone CR\rand a lone LF\n"), "a lone CR␍and a lone LF␊\n");
}

#[test]
fn an_escape_sequence_does_not_reach_the_terminal() {
    assert_eq!(visible(b"\x1b]0;new title\x07\x1b[2J"), "␛]0;new title␇␛[2J");
    assert_eq!(visible(b"\x08\x7f\0"), "␈␡␀");
    // The same commands in one character each: the C1 controls, here CSI.
    assert_eq!(visible("\u{9b}2J".as_bytes()), "�2J");
}

/// A character that turns the direction of writing can make a line say what it does not.
#[test]
fn a_character_that_turns_the_writing_is_replaced() {
    assert_eq!(visible("Host: \u{202e}live\u{2066}".as_bytes()), "Host: �live�");
}

#[test]
fn text_of_any_language_stays_as_it_is() {
    let texts = "GET /grüße 你好 שלום 🦀";
    assert_eq!(visible(texts.as_bytes()), texts);
    assert_eq!(visible(b"caf\xe9"), "caf�");
}

/// All of Unicode, one character after the other: none commands the terminal, and the only line
/// break is the one behind `␊`.
#[test]
fn no_character_at_all_commands_the_terminal() {
    for character in char::MIN..=char::MAX {
        let shown = visible(character.encode_utf8(&mut [0; 4]).as_bytes());
        let printed = if character == '\n' { shown.strip_suffix('\n').unwrap() } else { &shown };
        assert!(!printed.is_empty(), "{character:?} vanishes");
        assert!(!printed.chars().any(char::is_control), "{character:?} becomes {shown:?}");
    }
}

#[test]
fn a_dump_has_the_offset_the_bytes_and_their_ascii_in_columns() {
    let every_byte: Vec<u8> = (0..=255).collect();
    insta::assert_snapshot!(hex_dump(&every_byte));
    insta::assert_snapshot!(hex_dump(b"GET /chat HTTP/1.1\r\nHost: localhost\r\n\r\n"));
}

#[test]
fn all_lines_of_a_dump_have_the_bytes_at_the_same_place() {
    for length in 1..=33 {
        let dump = hex_dump(&vec![0xab; length]);
        assert_eq!(dump.lines().count(), length.div_ceil(16), "{length} bytes");
        assert!(dump.lines().all(|line| line.find('|') == Some(60)), "{length} bytes:\n{dump}");
        assert_eq!(dump.matches("ab ").count(), length);
    }
    assert_eq!(hex_dump(b""), "");
}

/// A peer must not decide how much we print.
#[test]
fn a_dump_is_cut_after_4096_bytes_and_says_so() {
    let dump = hex_dump(&vec![b'.'; 5000]);
    assert_eq!(dump.lines().count(), 257);
    assert!(dump.ends_with("|................|\n… and 904 bytes more\n"), "{dump}");
    assert!(!hex_dump(&vec![b'.'; 4096]).contains("more"));
}
