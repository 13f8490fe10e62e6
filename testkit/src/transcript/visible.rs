//! Text for people: control characters become pictures, long things short.

use std::fmt::Display;

/// Shows text with its control characters as pictures: `␍` for a carriage return, and so on.
pub(crate) fn visible(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\u{0}'..='\u{1f}' => {
                char::from_u32(0x2400 + u32::from(character)).unwrap_or(character)
            }
            '\u{7f}' => '␡',
            _ => character,
        })
        .collect()
}

/// Shows bytes as text: what is not UTF-8 becomes `\xNN`.
pub(crate) fn visible_bytes(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut shown = String::new();
    for chunk in bytes.utf8_chunks() {
        shown.push_str(&visible(chunk.valid()));
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(shown, "\\x{byte:02x}");
        }
    }
    shown
}

/// `65000` as `65,000`; what a number has behind its point is rounded away.
pub fn grouped(number: impl Display) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 byte`, `65,000 bytes`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_become_pictures() {
        assert_eq!(visible("a\r\nb\0\u{7f}é"), "a␍␊b␀␡é");
        assert_eq!(visible_bytes(b"a\xff\r\xc3"), "a\\xff␍\\xc3");
    }

    #[test]
    fn numbers_are_grouped_and_counted() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999.4), "999");
        assert_eq!(grouped(65_000), "65,000");
        assert_eq!(grouped(1_048_576), "1,048,576");
        assert_eq!(count(1, "byte"), "1 byte");
        assert_eq!(count(1000, "byte"), "1,000 bytes");
    }
}
