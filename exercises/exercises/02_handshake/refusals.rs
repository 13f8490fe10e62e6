//! # Not everybody may come in
//!
//! The tutorials upgrade whatever has a key in it (fault F3). The standard has rules (RFC 6455
//! §4.2.1), and each broken rule has its status, so that the client learns what to do: 405 says
//! "use GET", and 426 says "speak version 13". This server knows the rules, and says 400 to nearly
//! everything.
//!
//! Make `status` right. Rules are checked in the order of this list, and whoever keeps them all is
//! answered with 101:
//!
//! - HTTP/1.1, or 505;
//! - GET, or 405;
//! - a Host, or 400;
//! - a wish to upgrade, or 400;
//! - version 13, or 426;
//! - a key of sixteen bytes in base64, or 400: 22 letters, digits, `+` or `/`, then `==`.
//!
//! Fails: every_rule_has_its_status
//!   "POST: 405 tells the client to use GET"
//! Fails: the_version_is_13
//!   "426 tells the client which version we speak"
//! Fails: a_key_is_sixteen_bytes_in_base64
//!   "that is no key of sixteen bytes"
//! Fails: the_first_broken_rule_is_the_one_that_is_told
//!   "both are wrong, and the method comes first"
//!
//! Chapter: book/src/02-handshake.md#exercises

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
    // TODO: a status for each rule, in the order of the list. And when is a key a key?
    let is_complete = request.host.is_some() && request.key.is_some() && request.upgrade;
    if !is_complete || request.method != "GET" || request.version != Some("13") {
        return 400;
    }
    if request.http == "HTTP/1.1" { 101 } else { 505 }
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

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
