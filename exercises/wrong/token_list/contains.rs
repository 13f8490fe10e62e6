//! Searches the entries for the text, and finds it in other tokens.
//!
//! Fails: a_part_of_a_token_is_another_token
//!   "no entry of this list is `Upgrade` as a whole: commas separate entries"
//! Fails: a_space_does_not_separate_tokens
//!   "only a comma separates tokens: this entry is not `Upgrade`"
//! Fails: a_letter_beyond_ascii_is_another_letter
//!   "the K here is U+212A, the sign for kelvin, and not a k: a token is ASCII"

/// Returns whether `token` is in the list. The values of all headers of one name, here `lines`, are
/// one list together.
fn has_token(lines: &[&str], token: &str) -> bool {
    let mut entries = lines.iter().flat_map(|line| line.split(','));
    entries.any(|entry| entry.to_lowercase().contains(&token.to_lowercase()))
}
