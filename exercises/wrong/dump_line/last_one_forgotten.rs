//! Ends before the last visible character, the tilde.
//!
//! Fails: every_visible_character_is_shown_as_it_is
//!   "7e is a visible ASCII character, or a space"

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
    if (0x20..0x7e).contains(&byte) { char::from(byte) } else { '.' }
}
