//! Compares names well, and still cuts the value at a colon of its own.
//!
//! Fails: a_value_keeps_its_colons
//!   "the value was cut at its own colon"

/// The value of the first header with this name, without the spaces around it.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    // Only the first colon separates: what is behind it is the value's own.
    let mut lines = request.lines().skip(1).filter_map(|line| {
        line.split_once(':').map(|(name, value)| (name, value.split(':').next().unwrap_or(value)))
    });
    let (_, value) = lines.find(|(found, _)| found.eq_ignore_ascii_case(name))?;
    Some(value.trim())
}
