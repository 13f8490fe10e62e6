//! Compares names well, and still cuts the value at its own colon.
//!
//! Fails: a_value_keeps_its_colons
//!   "the value was cut at its own colon (F2)"

/// Returns the value of the first header with this name, without the spaces and tabs around it.
/// The value may be empty. If there is no such header, returns `None`.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    let headers = request.lines().skip(1).take_while(|line| !line.is_empty());
    let mut fields = headers.map(|line| line.split(':'));
    let mut field = fields.find_map(|mut field| {
        field.next().is_some_and(|found| found.eq_ignore_ascii_case(name)).then_some(field)
    })?;
    field.next().map(str::trim)
}
