//! The characters that a URI consists of.

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
