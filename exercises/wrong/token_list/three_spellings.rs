//! Knows three spellings of a token.
//!
//! Fails: the_case_of_a_token_has_no_meaning
//!   "the case of these tokens has no meaning"
//! Fails: any_token_can_be_asked_for
//!   "the second argument says which token: it is not always `Upgrade`"

/// Returns whether `token` is in the list. The values of all headers of one name, here `lines`, are
/// one list together.
fn has_token(lines: &[&str], token: &str) -> bool {
    let spellings = [token.to_owned(), token.to_lowercase(), token.to_uppercase()];
    let mut entries = lines.iter().flat_map(|line| line.split(','));
    entries.any(|entry| spellings.iter().any(|spelling| spelling == entry.trim()))
}
