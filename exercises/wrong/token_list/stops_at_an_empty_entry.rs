//! Takes an empty entry for the end of the list.
//!
//! Fails: an_empty_entry_is_ignored
//!   "there is an empty entry before `Upgrade`: ignore it, and go on"

/// Returns whether `token` is in the list. The values of all headers of one name, here `lines`, are
/// one list together.
fn has_token(lines: &[&str], token: &str) -> bool {
    let entries = lines.iter().flat_map(|line| line.split(',')).map(str::trim);
    let mut entries = entries.take_while(|entry| !entry.is_empty());
    entries.any(|entry| entry.eq_ignore_ascii_case(token))
}
