//! Compares in small letters, also those beyond ASCII: the sign for kelvin becomes a k.
//!
//! Fails: a_letter_beyond_ascii_is_another_letter
//!   "the K here is U+212A, the sign for kelvin, and not a k: a token is ASCII"

/// Returns whether `token` is in the list. The values of all headers of one name, here `lines`, are
/// one list together.
fn has_token(lines: &[&str], token: &str) -> bool {
    let mut entries = lines.iter().flat_map(|line| line.split(','));
    entries.any(|entry| entry.trim().to_lowercase() == token.to_lowercase())
}
