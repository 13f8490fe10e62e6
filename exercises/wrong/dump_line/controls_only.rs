//! Shows a dot for a control character, and takes the bytes beyond ASCII for Latin-1.
//!
//! Fails: a_byte_beyond_ascii_is_a_dot
//!   "e9 and 7f are not visible ASCII characters: show a dot for each"
//! Fails: all_other_bytes_are_dots
//!   "80 is not a visible ASCII character: show a dot for it"

/// How many bytes are in a line.
const LINE: usize = 16;

/// Returns a line of a dump, as `00000010  47 45 54 …  |GET …|`: up to sixteen bytes, of which the
/// first has this offset.
fn dump_line(offset: usize, bytes: &[u8]) -> String {
    let hex: String = bytes.iter().take(LINE).map(|byte| format!("{byte:02x} ")).collect();
    let ascii: String = bytes.iter().take(LINE).map(|&byte| visible(byte)).collect();
    // Two digits and a space for each of the sixteen bytes, also for those that are missing.
    let width = LINE * 3;
    format!("{offset:08x}  {hex:width$} |{ascii}|")
}

/// Returns the byte as an ASCII character, or a dot if that is not visible.
fn visible(byte: u8) -> char {
    if byte.is_ascii_control() { '.' } else { char::from(byte) }
}
