//! Takes a tab for a space: it moves everything behind it.
//!
//! Fails: a_control_character_is_a_dot
//!   "a control character reached the terminal: show a dot for it"
//! Fails: all_other_bytes_are_dots
//!   "09 is not a visible ASCII character: show a dot for it"

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
    if byte == b' ' || byte == b'\t' || byte.is_ascii_graphic() { char::from(byte) } else { '.' }
}
