//! Searches the line for the text, and finds it in other tokens.
//!
//! Fails: part_of_a_token_is_another_token
//!   "there is no Upgrade in this list: no-upgrade"

/// Is `token` in the list that the lines of a header make together?
fn has_token(lines: &[&str], token: &str) -> bool {
    let mut entries = lines.iter().flat_map(|line| line.split(','));
    // Whole tokens are compared: part of one is another.
    entries.any(|entry| entry.to_lowercase().contains(&token.to_lowercase()))
}
