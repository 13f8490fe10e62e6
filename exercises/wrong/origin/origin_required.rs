//! Refuses every client that sends no Origin.
//!
//! Fails: a_program_that_is_not_a_browser_may_connect
//!   "only browsers send an Origin"

/// Returns whether a page of this origin may connect to our server. `host` is the value of the
/// `Host` header: our own host, and its port unless it is the default. The case of a host has no
/// meaning.
fn may_connect(origin: Option<&str>, host: &str) -> bool {
    let Some(origin) = origin else { return false };
    let page_host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    page_host.is_some_and(|page_host| page_host.eq_ignore_ascii_case(host))
}
