//! Splits the list at spaces as well as at commas.
//!
//! Fails: a_space_does_not_separate_tokens
//!   "only a comma separates tokens: this entry is not `Upgrade`"

/// Returns whether `token` is in the list. The values of all headers of one name, here `lines`, are
/// one list together.
fn has_token(lines: &[&str], token: &str) -> bool {
    let mut words = lines.iter().flat_map(|line| line.split([',', ' ', '\t']));
    words.any(|word| word.eq_ignore_ascii_case(token))
}
