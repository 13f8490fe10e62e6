//! Takes the first of the lines, and there is none without bytes.
//!
//! Fails: a_short_line_keeps_its_columns
//!   "the ASCII column has moved in a line of 0 bytes"

/// How many bytes are in a line.
const LINE: usize = 16;

/// Returns a line of a dump, as `00000010  47 45 54 …  |GET …|`: up to sixteen bytes, of which the
/// first has this offset.
fn dump_line(offset: usize, bytes: &[u8]) -> String {
    let line = bytes.chunks(LINE).next().unwrap();
    let hex: String = line.iter().map(|byte| format!("{byte:02x} ")).collect();
    let ascii: String = line.iter().map(|&byte| visible(byte)).collect();
    // Two digits and a space for each of the sixteen bytes, also for those that are missing.
    let width = LINE * 3;
    format!("{offset:08x}  {hex:width$} |{ascii}|")
}

/// Returns the byte as an ASCII character, or a dot if that is not visible.
fn visible(byte: u8) -> char {
    if byte == b' ' || byte.is_ascii_graphic() { char::from(byte) } else { '.' }
}
