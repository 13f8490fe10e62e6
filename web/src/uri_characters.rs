//! The characters that a URI consists of.

/// Returns whether `text` is UTF-8 after its percent-encodings are decoded. All bytes that are not
/// would be read as the same character.
#[cfg(feature = "server")]
pub(crate) fn is_utf8(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while let Some(byte) = bytes.get(place) {
        let digits = text.get(place + 1..place + 3).filter(|_| *byte == b'%');
        let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(value.unwrap_or(*byte));
        place += if value.is_some() { 3 } else { 1 };
    }
    str::from_utf8(&decoded).is_ok()
}

/// Does `text` consist of characters that may be in any part of a URI (RFC 3986 §2), of those in
/// `others`, and of whole percent-encodings?
pub(crate) fn is_made_of(text: &str, others: &str) -> bool {
    let mut bytes = text.bytes();
    let mut is_right = true;
    while let Some(byte) = bytes.next() {
        let mut is_hex_digit = || bytes.next().is_some_and(|byte| byte.is_ascii_hexdigit());
        is_right &= match byte {
            b'%' => is_hex_digit() && is_hex_digit(),
            _ => {
                byte.is_ascii_alphanumeric()
                    || b"-._~!$&'()*+,;=".contains(&byte)
                    || others.as_bytes().contains(&byte)
            }
        };
    }
    is_right
}
