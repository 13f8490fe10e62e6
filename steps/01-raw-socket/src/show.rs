//! Shows bytes to people: as text without hidden characters, and as a dump.

use std::fmt::Write;

/// Bytes in one line of a dump.
const LINE: usize = 16;
/// The most bytes that a dump shows, which are 256 lines.
const DUMP_MAX: usize = 4096;

// ANCHOR: visible
/// Returns the bytes as text, with a visible symbol for each control character: `␍␊` for the CR LF
/// that ends a line of HTTP, `␛` for the escape character that terminals obey.
///
/// A line break follows each `␊`. Bytes that are not UTF-8 become `�`.
pub fn visible(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for character in String::from_utf8_lossy(bytes).chars() {
        match character {
            '\n' => text.push_str("␊\n"),
            // Unicode has a symbol for each ASCII control character, at its number plus 0x2400.
            '\0'..='\x1f' => text.extend(char::from_u32(0x2400 + u32::from(character))),
            '\x7f' => text.push('␡'),
            // These change the direction of writing, and could make a line look like another one.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => text.push('�'),
            _ if character.is_control() => text.push('�'),
            _ => text.push(character),
        }
    }
    text
}
// ANCHOR_END: visible

/// Returns the bytes as a dump: the offset, sixteen bytes in hexadecimal, and the same bytes as ASCII,
/// where a dot replaces each byte that cannot be printed. Each line ends with a line break.
pub fn hex_dump(bytes: &[u8]) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x} ")).collect::<String>();
    let printable = |&byte: &u8| if matches!(byte, b' '..=b'~') { char::from(byte) } else { '.' };
    let mut dump = String::new();
    let shown = &bytes[..bytes.len().min(DUMP_MAX)];
    for (index, line) in shown.chunks(LINE).enumerate() {
        let (left, right) = line.split_at(line.len().min(LINE / 2));
        let (left, right) = (hex(left), hex(right));
        let ascii: String = line.iter().map(printable).collect();
        let _ = writeln!(dump, "{:08x}  {left:24} {right:24} |{ascii}|", index * LINE);
    }
    if bytes.len() > shown.len() {
        let _ = writeln!(dump, "… and {} bytes more", bytes.len() - shown.len());
    }
    dump
}
