//! Takes an Origin for a list, in which one must be ours.
//!
//! Fails: our_host_must_be_the_only_one
//!   "an Origin names one site, and this value names two"

/// Returns whether a page of this origin may connect to our server. `host` is the value of the
/// `Host` header: our own host, and its port unless it is the default. The case of a host has no
/// meaning.
fn may_connect(origin: Option<&str>, host: &str) -> bool {
    let Some(origin) = origin else { return true };
    origin.split([' ', ',']).any(|origin| {
        let page_host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        page_host.is_some_and(|page_host| page_host.eq_ignore_ascii_case(host))
    })
}
