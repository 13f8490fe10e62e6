//! A solution of `dump_line`: bytes, for human eyes.

/// Bytes in a line.
const LINE: usize = 16;

/// Up to sixteen bytes that begin at `offset`, as `00000010  47 45 54 …  |GET …|`.
fn dump_line(offset: usize, bytes: &[u8]) -> String {
    let hex: String = bytes.iter().take(LINE).map(|byte| format!("{byte:02x} ")).collect();
    let ascii: String = bytes.iter().take(LINE).map(|&byte| printable(byte)).collect();
    // Two digits and a space for each byte, whether it is there or not.
    let width = LINE * 3;
    format!("{offset:08x}  {hex:width$} |{ascii}|")
}

/// The byte as the character that it is in ASCII, if that can be seen.
fn printable(byte: u8) -> char {
    if byte == b' ' || byte.is_ascii_graphic() { char::from(byte) } else { '.' }
}

fn main() {}

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
