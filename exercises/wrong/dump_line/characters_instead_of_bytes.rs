//! Reads the bytes as UTF-8, and shows one dot for a letter of two bytes.
//!
//! Fails: a_byte_beyond_ascii_is_a_dot
//!   "c3 and a9 are two bytes, and so they are two dots"

/// How many bytes are in a line.
const LINE: usize = 16;

/// Returns a line of a dump, as `00000010  47 45 54 …  |GET …|`: up to sixteen bytes, of which the
/// first has this offset.
fn dump_line(offset: usize, bytes: &[u8]) -> String {
    let hex: String = bytes.iter().take(LINE).map(|byte| format!("{byte:02x} ")).collect();
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LINE)]);
    let ascii: String = text.chars().map(visible).collect();
    // Two digits and a space for each of the sixteen bytes, also for those that are missing.
    let width = LINE * 3;
    format!("{offset:08x}  {hex:width$} |{ascii}|")
}

/// Returns the character, or a dot if it is not visible in ASCII.
fn visible(character: char) -> char {
    if character == ' ' || character.is_ascii_graphic() { character } else { '.' }
}
