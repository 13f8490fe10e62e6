//! Takes what is after the last slash.
//!
//! Fails: a_host_that_ends_like_ours_is_another
//!   "an Origin has one `://`, and then the whole host"
//! Fails: only_http_and_https_are_schemes_of_a_page
//!   "the scheme of a web page is http or https"
//! Fails: our_host_must_be_the_only_one
//!   "an Origin names one site, and this value names two"

/// Returns whether a page of this origin may connect to our server. `host` is the value of the
/// `Host` header: our own host, and its port unless it is the default. The case of a host has no
/// meaning.
fn may_connect(origin: Option<&str>, host: &str) -> bool {
    let Some(origin) = origin else { return true };
    origin.rsplit_once('/').is_some_and(|(_, page_host)| page_host.eq_ignore_ascii_case(host))
}
