//! Compares the beginnings.
//!
//! Fails: a_host_that_begins_like_ours_is_another
//!   "that is evil.example's page, and it may connect (F6)"
//! Fails: a_port_is_part_of_an_origin
//!   "another port is another server"
//! Fails: our_host_must_be_the_only_one
//!   "an Origin names one site, and this value names two"
//! Fails: a_letter_beyond_ascii_is_another_letter
//!   "the first letter is U+212A, the sign for kelvin, and not a k"

/// Returns whether a page of this origin may connect to our server. `host` is the value of the
/// `Host` header: our own host, and its port unless it is the default. The case of a host has no
/// meaning.
fn may_connect(origin: Option<&str>, host: &str) -> bool {
    let Some(origin) = origin else { return true };
    let page_host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    page_host.is_some_and(|page_host| page_host.to_lowercase().starts_with(&host.to_lowercase()))
}
