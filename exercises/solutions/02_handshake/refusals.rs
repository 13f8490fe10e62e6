//! A solution of `refusals`: not everybody may come in.

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
    if !request.key.is_some_and(is_key) {
        return 400;
    }
    101
}

/// Sixteen bytes in base64: 22 letters and two signs to fill up.
fn is_key(key: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    key.strip_suffix("==").is_some_and(|key| key.len() == 22 && key.bytes().all(is_letter))
}

fn main() {}

#[cfg(test)]
mod tests {
    use super::*;

    /// A browser's request, which keeps all rules.
    const GOOD: Request = Request {
        http: "HTTP/1.1",
        method: "GET",
        host: Some("localhost:9002"),
        upgrade: true,
        version: Some("13"),
        key: Some("kJXuOKsrl3AR1KeFngRElQ=="),
    };

    #[test]
    fn a_browser_may_come_in() {
        assert_eq!(status(&GOOD), 101, "it keeps all rules");
    }

    #[test]
    fn every_rule_has_its_status() {
        let http = Request { http: "HTTP/1.0", ..GOOD };
        assert_eq!(status(&http), 505, "HTTP/1.0 has no upgrade");
        let method = Request { method: "POST", ..GOOD };
        assert_eq!(status(&method), 405, "POST: 405 tells the client to use GET");
        let host = Request { host: None, ..GOOD };
        assert_eq!(status(&host), 400, "there is no Host");
        let plain = Request { upgrade: false, ..GOOD };
        assert_eq!(status(&plain), 400, "nobody asked for a WebSocket");
    }

    #[test]
    fn the_version_is_13() {
        for version in [Some("8"), Some("13, 8"), Some(""), None] {
            let status = status(&Request { version, ..GOOD });
            assert_eq!(status, 426, "426 tells the client which version we speak: {version:?}");
        }
    }

    #[test]
    fn a_key_is_sixteen_bytes_in_base64() {
        let keys = [
            None,
            Some(""),
            Some("c2hvcnQ="),
            Some("kJXuOKsrl3AR1KeFngRElQ"),
            Some("kJXuOKsrl3AR1KeFngRElQAA"),
            Some("kJXuOKsrl3AR 1KeFngREl=="),
        ];
        for key in keys {
            let status = status(&Request { key, ..GOOD });
            assert_eq!(status, 400, "that is no key of sixteen bytes: {key:?}");
        }
    }

    #[test]
    fn the_first_broken_rule_is_the_one_that_is_told() {
        let request = Request { method: "POST", version: None, key: None, ..GOOD };
        assert_eq!(status(&request), 405, "both are wrong, and the method comes first");
        let request = Request { http: "HTTP/1.0", upgrade: false, ..GOOD };
        assert_eq!(status(&request), 505, "HTTP itself comes before everything");
        let request = Request { version: Some("8"), key: None, ..GOOD };
        assert_eq!(status(&request), 426, "the version comes before the key");
    }
}
