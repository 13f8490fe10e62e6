//! # Bytes, for human eyes
//!
//! Before anything can be parsed, we look at it. A dump shows sixteen bytes in a line: where they
//! are, what they are in hexadecimal, and the same as ASCII. This one is fine for a line of
//! letters. The last line is shorter than the others, and not all bytes are letters: 1b is the
//! escape with which a stranger gives orders to your terminal.
//!
//! Make the columns stand straight, and show a dot for whatever cannot be seen.
//!
//! Fails: a_short_line_keeps_its_columns
//!   "the ASCII column has moved"
//! Fails: what_cannot_be_seen_is_a_dot
//!   "a control character reached the terminal"
//! Fails: what_is_not_ascii_is_a_dot
//!   "e9 and 7f are no ASCII"
//!
//! Chapter: book/src/01-raw-socket.md#exercises

/// Bytes in a line.
const LINE: usize = 16;

/// Up to sixteen bytes that begin at `offset`, as `00000010  47 45 54 …  |GET …|`.
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
    use super::*;

    #[test]
    fn a_full_line_has_its_three_columns() {
        assert_eq!(
            dump_line(0x10, b"GET / HTTP/1.1 O"),
            "00000010  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 20 4f  |GET / HTTP/1.1 O|",
            "offset, sixteen bytes, ASCII"
        );
    }

    #[test]
    fn a_short_line_keeps_its_columns() {
        let line = dump_line(0, b"GET");
        let column = line.find('|');
        assert_eq!(column, Some(59), "the ASCII column has moved: {line}");
        assert!(line.ends_with("|GET|"), "three bytes, and nothing beside them: {line}");
    }

    #[test]
    fn what_cannot_be_seen_is_a_dot() {
        let line = dump_line(0, b"a\x1b[2J\r\n");
        assert!(!line.contains('\x1b'), "a control character reached the terminal: {line:?}");
        assert!(line.ends_with("|a.[2J..|"), "a dot for each that cannot be seen: {line:?}");
    }

    #[test]
    fn what_is_not_ascii_is_a_dot() {
        let line = dump_line(0, &[0x41, 0xe9, 0x7f]);
        assert!(line.ends_with("|A..|"), "e9 and 7f are no ASCII that can be seen: {line:?}");
    }
}
