//! Takes the first line for a header.
//!
//! Fails: the_request_line_is_not_a_header
//!   "the first line is not a header"

/// Returns the value of the first header with this name, without the spaces and tabs around it.
/// The value may be empty. If there is no such header, returns `None`.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    let headers = request.lines().take_while(|line| !line.is_empty());
    let mut fields = headers.filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(found, _)| found.eq_ignore_ascii_case(name))?;
    Some(value.trim_matches([' ', '\t']))
}
