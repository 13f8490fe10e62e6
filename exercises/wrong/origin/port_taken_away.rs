//! Takes the port away if both hosts have one.
//!
//! Fails: a_port_is_part_of_an_origin
//!   "another port is another server"

/// Returns whether a page of this origin may connect to our server. `host` is the value of the
/// `Host` header: our own host, and its port unless it is the default. The case of a host has no
/// meaning.
fn may_connect(origin: Option<&str>, host: &str) -> bool {
    let Some(origin) = origin else { return true };
    let page_host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    page_host.is_some_and(|page_host| match (page_host.split_once(':'), host.split_once(':')) {
        (Some((page_host, _)), Some((host, _))) => page_host.eq_ignore_ascii_case(host),
        _ => page_host.eq_ignore_ascii_case(host),
    })
}
