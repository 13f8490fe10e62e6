//! Makes the whole request small, and with it the key.
//!
//! Fails: a_header_is_found_as_it_was_written
//!   "without the spaces around it"
//! Fails: names_have_no_case
//!   "HTTP header names have no case"

/// The value of the first header with this name, without the spaces around it.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    let request: &'r str = request.to_lowercase().leak();
    let name = &name.to_lowercase();
    // Only the first colon separates: what is behind it is the value's own.
    let mut lines = request.lines().skip(1).filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(found, _)| found == name)?;
    Some(value.trim())
}
