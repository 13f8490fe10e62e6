//! Makes the whole request small, and with it the key.
//!
//! Fails: a_header_is_found_as_it_was_written
//!   "the second header, as it was written"
//! Fails: the_case_of_a_name_has_no_meaning
//!   "the case of a header's name has no meaning (F2)"

/// Returns the value of the first header with this name, without the spaces and tabs around it.
/// The value may be empty. If there is no such header, returns `None`.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    let request: &'r str = request.to_lowercase().leak();
    let name = &name.to_lowercase();
    let headers = request.lines().skip(1).take_while(|line| !line.is_empty());
    let mut fields = headers.filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(found, _)| found == name)?;
    Some(value.trim())
}
