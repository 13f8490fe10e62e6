//! Has all rules in their order, and takes anything for a key.
//!
//! Fails: a_key_is_sixteen_bytes_in_base64
//!   "that is no key of sixteen bytes"

/// What matters of a request.
#[derive(Clone)]
struct Request {
    http: &'static str,
    method: &'static str,
    host: Option<&'static str>,
    /// Do `Upgrade` and `Connection` ask for a WebSocket?
    upgrade: bool,
    version: Option<&'static str>,
    key: Option<&'static str>,
}

/// The status to answer a request with.
fn status(request: &Request) -> u16 {
    if request.http != "HTTP/1.1" {
        return 505;
    }
    if request.method != "GET" {
        return 405;
    }
    if request.host.is_none() || !request.upgrade {
        return 400;
    }
    if request.version != Some("13") {
        return 426;
    }
    if !request.key.is_some() {
        return 400;
    }
    101
}

/// Sixteen bytes in base64: 22 letters and two signs to fill up.
fn is_key(key: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    key.strip_suffix("==").is_some_and(|key| key.len() == 22 && key.bytes().all(is_letter))
}
