//! Splits the list, and leaves the spaces in it.
//!
//! Fails: a_token_may_be_in_a_list
//!   "Firefox sends a list, and one of its tokens is Upgrade"
//! Fails: spaces_and_tabs_around_a_token_do_not_belong_to_it
//!   "there may be spaces and tabs around a token, or none"
//! Fails: an_empty_entry_is_ignored
//!   "there is an empty entry before `Upgrade`: ignore it, and go on"

/// Returns whether `token` is in the list. The values of all headers of one name, here `lines`, are
/// one list together.
fn has_token(lines: &[&str], token: &str) -> bool {
    let mut entries = lines.iter().flat_map(|line| line.split(','));
    entries.any(|entry| entry.eq_ignore_ascii_case(token))
}
