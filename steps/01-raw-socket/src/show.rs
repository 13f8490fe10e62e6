//! Bytes for human eyes: as text in which nothing hides, and as a dump.

use std::fmt::Write;

/// Bytes in one line of a dump.
const LINE: usize = 16;
/// The most bytes that a dump shows: 256 lines are more than anyone scrolls back.
const DUMP_MAX: usize = 4096;

// ANCHOR: visible
/// The bytes as text, with every control character made visible: `␍␊` for the CR LF that ends a
/// line of HTTP, `␛` for the escape that would otherwise command the reader's terminal.
///
/// A line break follows each `␊`. What is not UTF-8 becomes `�`.
#[must_use]
pub fn visible(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for character in String::from_utf8_lossy(bytes).chars() {
        match character {
            '\n' => text.push_str("␊\n"),
            // Unicode has a picture of each ASCII control character, 0x2400 above it.
            '\0'..='\x1f' => text.extend(char::from_u32(0x2400 + u32::from(character))),
            '\x7f' => text.push('␡'),
            // The characters that turn the direction of writing can make a line lie.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => text.push('�'),
            _ if character.is_control() => text.push('�'),
            _ => text.push(character),
        }
    }
    text
}
// ANCHOR_END: visible

/// The bytes as a dump: the offset, sixteen bytes in hexadecimal, and the same bytes as ASCII,
/// where a dot stands for what cannot be printed. Each line ends with a line break.
#[must_use]
pub fn hex_dump(bytes: &[u8]) -> String {
    let mut dump = String::new();
    let shown = &bytes[..bytes.len().min(DUMP_MAX)];
    for (index, line) in shown.chunks(LINE).enumerate() {
        let _ = write!(dump, "{:08x} ", index * LINE);
        for position in 0..LINE {
            let gap = if position % 8 == 0 { " " } else { "" };
            let _ = match line.get(position) {
                Some(byte) => write!(dump, "{gap}{byte:02x} "),
                None => write!(dump, "{gap}   "),
            };
        }
        let ascii: String = line.iter().copied().map(printable).collect();
        let _ = writeln!(dump, " |{ascii}|");
    }
    if bytes.len() > shown.len() {
        let _ = writeln!(dump, "… and {} bytes more", bytes.len() - shown.len());
    }
    dump
}

/// The byte as the character that it is in ASCII, if that can be seen.
fn printable(byte: u8) -> char {
    if byte == b' ' || byte.is_ascii_graphic() { char::from(byte) } else { '.' }
}
