//! Compares as many bytes as the name has, and panics where that is in the middle of a letter.
//!
//! Fails: a_line_beyond_ascii_ends_nothing
//!   "a name may be compared with any line, also with one beyond ASCII"

/// Returns the value of the first header with this name, without the spaces and tabs around it.
/// The value may be empty. If there is no such header, returns `None`.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    let headers = request.lines().skip(1).take_while(|line| !line.is_empty());
    let mut headers = headers.filter(|line| line.len() > name.len());
    let line = headers.find(|line| {
        line[..name.len()].eq_ignore_ascii_case(name) && line[name.len()..].starts_with(':')
    })?;
    Some(line[name.len() + 1..].trim())
}
