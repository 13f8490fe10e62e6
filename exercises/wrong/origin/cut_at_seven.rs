//! Cuts the scheme away after so many bytes, and panics in the middle of a letter.
//!
//! Fails: an_origin_beyond_ascii_ends_nothing
//!   "a stranger may send any bytes, and they are not our page"

/// Returns whether a page of this origin may connect to our server. `host` is the value of the
/// `Host` header: our own host, and its port unless it is the default. The case of a host has no
/// meaning.
fn may_connect(origin: Option<&str>, host: &str) -> bool {
    let Some(origin) = origin else { return true };
    if origin.len() < 8 {
        return false;
    }
    let (scheme, page_host) = origin.split_at(if origin.starts_with("https") { 8 } else { 7 });
    scheme.starts_with("http") && scheme.ends_with("://") && page_host.eq_ignore_ascii_case(host)
}
