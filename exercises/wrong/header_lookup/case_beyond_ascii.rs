//! Compares names in capital letters, also those beyond ASCII: a long s becomes an S.
//!
//! Fails: a_letter_beyond_ascii_is_another_letter
//!   "the third letter is U+017F, a long s, and a name is ASCII"

/// Returns the value of the first header with this name, without the spaces and tabs around it.
/// The value may be empty. If there is no such header, returns `None`.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    let headers = request.lines().skip(1).take_while(|line| !line.is_empty());
    let mut fields = headers.filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(found, _)| found.to_uppercase() == name.to_uppercase())?;
    Some(value.trim_matches([' ', '\t']))
}
