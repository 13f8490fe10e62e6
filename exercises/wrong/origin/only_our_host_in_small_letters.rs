//! Writes our host in small letters, and not the page's.
//!
//! Fails: the_case_of_a_host_has_no_meaning
//!   "the case of a host has no meaning"

/// Returns whether a page of this origin may connect to our server. `host` is the value of the
/// `Host` header: our own host, and its port unless it is the default. The case of a host has no
/// meaning.
fn may_connect(origin: Option<&str>, host: &str) -> bool {
    let Some(origin) = origin else { return true };
    let page_host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    page_host.is_some_and(|page_host| page_host == host.to_lowercase())
}
