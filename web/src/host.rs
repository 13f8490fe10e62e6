//! The host that a request is for, as `Host`, a URL or an origin names it.

use std::net::Ipv6Addr;

use http::header::HOST;
use http::{HeaderMap, HeaderValue, Uri};

use crate::uri_characters::is_made_of;

/// Is this a host, with a port or without (RFC 3986 §3.2.2)? The port may be empty, and a user name
/// before an `@` is not allowed.
pub fn names_a_host(text: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(text) else { return false };
    if let Some((address, port)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        return address.parse::<Ipv6Addr>().is_ok() && is_port(port);
    }
    let (name, port) = text.split_at(text.find(':').unwrap_or(text.len()));
    !name.is_empty() && is_made_of(name, "") && is_port(port)
}

/// Is this nothing, or a colon and a port number, or a colon alone?
fn is_port(text: &str) -> bool {
    let Some(port) = text.strip_prefix(':') else { return text.is_empty() };
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
    port.is_empty() || is_number && port.parse::<u16>().is_ok()
}

/// The host that a request is for, with its port if one was sent: the one in the request target if
/// there is one, and `Host` otherwise (RFC 9112 §3.2.2). `None` if there is neither, or two.
pub fn effective_host<'request>(
    uri: &'request Uri,
    headers: &'request HeaderMap,
) -> Option<&'request str> {
    if let Some(authority) = uri.authority() {
        return Some(authority.as_str());
    }
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next().filter(|_| hosts.next().is_none());
    host.map(HeaderValue::to_str)?.ok()
}
