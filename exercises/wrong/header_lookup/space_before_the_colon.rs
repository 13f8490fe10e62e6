//! Trims the name as well: what is not a header is taken for one.
//!
//! Fails: a_space_before_the_colon_makes_it_no_header
//!   "a line with a space before its colon is not a header: skip it"

/// Returns the value of the first header with this name, without the spaces and tabs around it.
/// The value may be empty. If there is no such header, returns `None`.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    let headers = request.lines().skip(1).take_while(|line| !line.is_empty());
    let mut fields = headers.filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(found, _)| found.trim_end().eq_ignore_ascii_case(name))?;
    Some(value.trim_matches([' ', '\t']))
}
