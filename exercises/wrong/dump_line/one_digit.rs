//! Fills up a small byte with a space.
//!
//! Fails: every_byte_has_two_digits
//!   "a small byte has two digits as well: the first is 0"

/// How many bytes are in a line.
const LINE: usize = 16;

/// Returns a line of a dump, as `00000010  47 45 54 …  |GET …|`: up to sixteen bytes, of which the
/// first has this offset.
fn dump_line(offset: usize, bytes: &[u8]) -> String {
    let hex: String = bytes.iter().take(LINE).map(|byte| format!("{byte:2x} ")).collect();
    let ascii: String = bytes.iter().take(LINE).map(|&byte| visible(byte)).collect();
    // Two digits and a space for each of the sixteen bytes, also for those that are missing.
    let width = LINE * 3;
    format!("{offset:08x}  {hex:width$} |{ascii}|")
}

/// Returns the byte as an ASCII character, or a dot if that is not visible.
fn visible(byte: u8) -> char {
    if byte == b' ' || byte.is_ascii_graphic() { char::from(byte) } else { '.' }
}
