//! Compares in small letters, also those beyond ASCII: the sign for kelvin becomes a k.
//!
//! Fails: a_letter_beyond_ascii_is_another_letter
//!   "the first letter is U+212A, the sign for kelvin, and not a k"

/// Returns whether a page of this origin may connect to our server. `host` is the value of the
/// `Host` header: our own host, and its port unless it is the default. The case of a host has no
/// meaning.
fn may_connect(origin: Option<&str>, host: &str) -> bool {
    let Some(origin) = origin else { return true };
    let page_host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    page_host.is_some_and(|page_host| page_host.to_lowercase() == host.to_lowercase())
}
