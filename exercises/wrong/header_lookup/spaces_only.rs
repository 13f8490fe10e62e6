//! Takes away spaces, and leaves tabs.
//!
//! Fails: spaces_and_tabs_around_a_value_do_not_belong_to_it
//!   "spaces and tabs around the value do not belong to it"

/// Returns the value of the first header with this name, without the spaces and tabs around it.
/// The value may be empty. If there is no such header, returns `None`.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    let headers = request.lines().skip(1).take_while(|line| !line.is_empty());
    let mut fields = headers.filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(found, _)| found.eq_ignore_ascii_case(name))?;
    Some(value.trim_matches(' '))
}
