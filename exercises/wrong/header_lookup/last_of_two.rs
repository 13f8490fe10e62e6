//! Puts the headers into a map, so that the last of two counts.
//!
//! Fails: the_first_of_two_headers_counts
//!   "two headers have this name: the first one counts"

use std::collections::HashMap;

/// Returns the value of the first header with this name, without the spaces and tabs around it.
/// The value may be empty. If there is no such header, returns `None`.
fn header<'r>(request: &'r str, name: &str) -> Option<&'r str> {
    let headers = request.lines().skip(1).take_while(|line| !line.is_empty());
    let fields = headers.filter_map(|line| line.split_once(':'));
    let map: HashMap<String, &str> =
        fields.map(|(name, value)| (name.to_ascii_lowercase(), value.trim())).collect();
    map.get(&name.to_ascii_lowercase()).copied()
}
