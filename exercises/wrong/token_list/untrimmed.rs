//! Takes the list apart and leaves the spaces in it.
//!
//! Fails: a_token_may_stand_in_a_list
//!   "Firefox sends a list"

/// Is `token` in the list that the lines of a header make together?
fn has_token(lines: &[&str], token: &str) -> bool {
    let mut entries = lines.iter().flat_map(|line| line.split(','));
    // Whole tokens are compared: part of one is another.
    entries.any(|entry| entry.eq_ignore_ascii_case(token))
}
