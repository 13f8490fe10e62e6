//! Takes a scheme away if there is one.
//!
//! Fails: a_host_that_ends_like_ours_is_another
//!   "an Origin has one `://`, and then the whole host"
//! Fails: only_http_and_https_are_schemes_of_a_page
//!   "an Origin begins with http:// or https://"

/// Returns whether a page of this origin may connect to our server. `host` is the value of the
/// `Host` header: our own host, and its port unless it is the default. The case of a host has no
/// meaning.
fn may_connect(origin: Option<&str>, host: &str) -> bool {
    let Some(origin) = origin else { return true };
    let page_host = origin.trim_start_matches("http://").trim_start_matches("https://");
    page_host.eq_ignore_ascii_case(host)
}
