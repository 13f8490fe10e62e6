//! Gives up at the first line without a colon.
//!
//! Fails: a_line_without_a_colon_is_skipped
//!   "the first line has no colon: skip it, and go on"

/// Returns the value of the first header with this name, without the spaces and tabs around it.
/// The value may be empty. If there is no such header, returns `None`.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    for line in request.lines().skip(1).take_while(|line| !line.is_empty()) {
        let (found, value) = line.split_once(':')?;
        if found.eq_ignore_ascii_case(name) {
            return Some(value.trim());
        }
    }
    None
}
