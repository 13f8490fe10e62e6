//! Always looks for `Upgrade`, whatever it is asked for.
//!
//! Fails: any_token_can_be_asked_for
//!   "the second argument says which token: it is not always `Upgrade`"
//! Fails: a_part_of_a_token_is_another_token
//!   "`grade` is only a part of `Upgrade`"

/// Returns whether `token` is in the list. The values of all headers of one name, here `lines`, are
/// one list together.
fn has_token(lines: &[&str], _token: &str) -> bool {
    let mut entries = lines.iter().flat_map(|line| line.split(','));
    entries.any(|entry| entry.trim().eq_ignore_ascii_case("upgrade"))
}
