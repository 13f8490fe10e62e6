//! Takes what is before an @ for our host.
//!
//! Fails: a_host_that_begins_like_ours_is_another
//!   "that is evil.example's page, and it may connect (F6)"

/// Returns whether a page of this origin may connect to our server. `host` is the value of the
/// `Host` header: our own host, and its port unless it is the default. The case of a host has no
/// meaning.
fn may_connect(origin: Option<&str>, host: &str) -> bool {
    let Some(origin) = origin else { return true };
    let page_host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    let page_host = page_host.and_then(|page_host| page_host.split('@').next());
    page_host.is_some_and(|page_host| page_host.eq_ignore_ascii_case(host))
}
