//! # Bytes, for human eyes
//!
//! A dump shows sixteen bytes in a line: their offset, the bytes in hexadecimal, and the same bytes
//! as ASCII. This one is right only for a full line of letters. The last line is usually shorter,
//! and not all bytes are letters: 1b is the escape character, with which a stranger can give orders
//! to your terminal.
//!
//! Make the columns straight, and show a dot for each byte that is not a visible ASCII character or
//! a space.
//!
//! Fails: a_short_line_keeps_its_columns
//!   "the ASCII column has moved in a line of 15 bytes"
//! Fails: a_control_character_is_a_dot
//!   "a control character reached the terminal: show a dot for it"
//! Fails: a_byte_beyond_ascii_is_a_dot
//!   "e9 and 7f are not visible ASCII characters: show a dot for each"
//! Fails: all_other_bytes_are_dots
//!   "00 is not a visible ASCII character: show a dot for it"
//!
//! Chapter: book/src/01-raw-socket.md#exercises

/// How many bytes are in a line.
const LINE: usize = 16;

/// Returns a line of a dump, as `00000010  47 45 54 …  |GET …|`: up to sixteen bytes, of which the
/// first has this offset.
fn dump_line(offset: usize, bytes: &[u8]) -> String {
    // TODO: how wide is a line of three bytes? And what can a byte do to a terminal?
    let hex: String = bytes.iter().take(LINE).map(|byte| format!("{byte:02x} ")).collect();
    let ascii: String = bytes.iter().take(LINE).map(|&byte| char::from(byte)).collect();
    format!("{offset:08x}  {hex} |{ascii}|")
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::panic;

    use super::*;

    /// Your line, and where its ASCII column begins: at the first `|`.
    #[track_caller]
    fn line(offset: usize, bytes: &[u8], why: &str) -> (String, usize) {
        let line = panic::catch_unwind(|| dump_line(offset, bytes)).unwrap_or_else(|_| {
            panic!("{why}\n  your `dump_line({offset}, {bytes:02x?})` panicked")
        });
        let ascii = line.find('|').unwrap_or(line.len());
        (line, ascii)
    }

    /// Compares the offset and the hex column of your line, up to the `|` that ends them.
    #[track_caller]
    fn check_hex(offset: usize, bytes: &[u8], expected: &str, why: &str) {
        let (line, ascii) = line(offset, bytes, why);
        let hex = &line[..line.len().min(ascii + 1)];
        compare(hex, &format!("{expected}|"), why);
    }

    /// Compares the ASCII column of your line.
    #[track_caller]
    fn check_ascii(bytes: &[u8], expected: &str, why: &str) {
        let (line, ascii) = line(0, bytes, why);
        compare(&line[ascii..], expected, &format!("{why}\n  bytes:    {bytes:02x?}"));
    }

    /// A character as it is, or as its number in hex: an escape must not reach your terminal.
    fn shown(character: char) -> String {
        if (' '..='~').contains(&character) {
            character.to_string()
        } else {
            character.escape_unicode().to_string()
        }
    }

    #[track_caller]
    fn compare(yours: &str, expected: &str, why: &str) {
        let shown: String = yours.chars().map(shown).collect();
        assert!(yours == expected, "{why}\n  yours:    {shown}\n  expected: {expected}");
    }

    #[test]
    fn a_full_line_has_its_three_columns() {
        let why = "sixteen bytes: offset, hex, ASCII";
        let expected = "00000010  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 20 4f  ";
        check_hex(0x10, b"GET / HTTP/1.1 O", expected, why);
        check_ascii(b"GET / HTTP/1.1 O", "|GET / HTTP/1.1 O|", why);
    }

    #[test]
    fn an_offset_has_eight_digits_in_small_letters() {
        let why = "this line has the offset abcde0";
        let expected = "00abcde0  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 20 4f  ";
        check_hex(0xab_cde0, b"GET / HTTP/1.1 O", expected, why);
    }

    #[test]
    fn every_byte_has_two_digits() {
        let bytes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        let expected = "00000000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ";
        check_hex(0, &bytes, expected, "a small byte has two digits as well: the first is 0");
    }

    #[test]
    fn a_short_line_keeps_its_columns() {
        let full = "00000000  61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61  ";
        for count in (0..LINE).rev() {
            let why = format!("the ASCII column has moved in a line of {count} bytes");
            let hex = &full[.."00000000  ".len() + count * "61 ".len()];
            check_hex(0, &b"aaaaaaaaaaaaaaaa"[..count], &format!("{hex:59}"), &why);
        }
        check_ascii(b"GET", "|GET|", "three bytes, and nothing beside them");
        check_ascii(b"", "||", "no bytes, and nothing between the bars");
    }

    #[test]
    fn a_line_has_at_most_sixteen_bytes() {
        let bytes = b"GET / HTTP/1.1 OVER";
        let why = "the bytes after the sixteenth belong to the next line";
        let expected = "00000000  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 20 4f  ";
        check_hex(0, bytes, expected, why);
        check_ascii(bytes, "|GET / HTTP/1.1 O|", why);
    }

    #[test]
    fn a_control_character_is_a_dot() {
        let why = "a control character reached the terminal: show a dot for it";
        check_ascii(b"a\x1b[2J\r\n", "|a.[2J..|", why);
        check_ascii(b"a\tb\0", "|a.b.|", why);
    }

    #[test]
    fn a_byte_beyond_ascii_is_a_dot() {
        let why = "e9 and 7f are not visible ASCII characters: show a dot for each";
        check_ascii(b"A\xe9\x7f", "|A..|", why);
        check_ascii(b"caf\xc3\xa9", "|caf..|", "c3 and a9 are two bytes, and so they are two dots");
    }

    #[test]
    fn every_visible_character_is_shown_as_it_is() {
        for byte in b' '..=b'~' {
            let why = format!("{byte:02x} is a visible ASCII character, or a space");
            check_ascii(&[byte], &format!("|{}|", char::from(byte)), &why);
        }
    }

    #[test]
    fn all_other_bytes_are_dots() {
        for byte in (0..b' ').chain(0x7f..=0xff) {
            let why = format!("{byte:02x} is not a visible ASCII character: show a dot for it");
            check_ascii(&[byte], "|.|", &why);
        }
    }
}
