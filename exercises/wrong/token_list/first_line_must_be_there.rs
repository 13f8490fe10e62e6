//! Joins the lines to the first one, and panics if there is none.
//!
//! Fails: an_empty_list_has_no_tokens
//!   "no line at all"

/// Returns whether `token` is in the list. The values of all headers of one name, here `lines`, are
/// one list together.
fn has_token(lines: &[&str], token: &str) -> bool {
    let mut list = lines[0].to_owned();
    for line in &lines[1..] {
        list.push(',');
        list.push_str(line);
    }
    list.split(',').any(|entry| entry.trim().eq_ignore_ascii_case(token))
}
