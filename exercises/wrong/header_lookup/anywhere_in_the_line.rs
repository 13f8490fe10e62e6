//! Looks for the name and a colon anywhere in a line.
//!
//! Fails: a_longer_name_is_another_name
//!   "neither `Hostage` nor `X-Forwarded-Host` is `Host` (F2)"
//! Fails: a_name_in_a_value_is_not_a_header
//!   "the first `Host:` is part of another value"
//! Fails: an_indented_line_is_not_a_header
//!   "a line that begins with a space is not a header: skip it"

/// Returns the value of the first header with this name, without the spaces and tabs around it.
/// The value may be empty. If there is no such header, returns `None`.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    let wanted = format!("{}:", name.to_ascii_lowercase());
    let mut headers = request.lines().skip(1).take_while(|line| !line.is_empty());
    headers.find_map(|line| {
        let start = line.to_ascii_lowercase().find(&wanted)?;
        Some(line[start + wanted.len()..].trim())
    })
}
