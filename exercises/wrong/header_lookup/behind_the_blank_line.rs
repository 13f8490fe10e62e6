//! Goes on after the blank line.
//!
//! Fails: a_blank_line_ends_the_headers
//!   "`Origin` is after the blank line, where the headers have ended"

/// Returns the value of the first header with this name, without the spaces and tabs around it.
/// The value may be empty. If there is no such header, returns `None`.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    let headers = request.lines().skip(1);
    let mut fields = headers.filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(found, _)| found.eq_ignore_ascii_case(name))?;
    Some(value.trim_matches([' ', '\t']))
}
