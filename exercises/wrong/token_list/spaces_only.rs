//! Takes away spaces, and leaves tabs.
//!
//! Fails: spaces_and_tabs_around_a_token_do_not_belong_to_it
//!   "there may be spaces and tabs around a token, or none"

/// Returns whether `token` is in the list. The values of all headers of one name, here `lines`, are
/// one list together.
fn has_token(lines: &[&str], token: &str) -> bool {
    let mut entries = lines.iter().flat_map(|line| line.split(','));
    entries.any(|entry| entry.trim_matches(' ').eq_ignore_ascii_case(token))
}
