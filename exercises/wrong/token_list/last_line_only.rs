//! Looks at the last line.
//!
//! Fails: all_lines_together_are_one_list
//!   "two lines are one list: look through both"

/// Returns whether `token` is in the list. The values of all headers of one name, here `lines`, are
/// one list together.
fn has_token(lines: &[&str], token: &str) -> bool {
    let mut entries = lines.last().into_iter().flat_map(|line| line.split(','));
    entries.any(|entry| entry.trim_matches([' ', '\t']).eq_ignore_ascii_case(token))
}
