//! Refuses whoever sends no Origin.
//!
//! Fails: who_is_no_browser_may_connect
//!   "only browsers send an Origin"

/// May a page of this origin connect to us? `host` is what the `Host` header says.
fn may_connect(origin: Option<&str>, host: &str) -> bool {
    let Some(origin) = origin else { return false };
    let page_host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    // Whole hosts are compared, with their ports, never beginnings or ends.
    page_host.is_some_and(|page_host| page_host.eq_ignore_ascii_case(host))
}
