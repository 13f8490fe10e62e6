//! # Not every client may come in
//!
//! A server must refuse a request that breaks a rule of the opening handshake (RFC 6455 §4.2.1,
//! fault F3). The status tells the client what to do: 405 means "use GET", and 426 means "use
//! version 13". This server answers 400 to nearly every broken rule.
//!
//! Make `status` right. Check the rules in the order of this list, and answer a request that breaks
//! none of them with 101:
//!
//! - the HTTP version is HTTP/1.1, or 505;
//! - the method is GET, in capital letters, or 405;
//! - there is a Host, or 400;
//! - the client asks for an upgrade, or 400;
//! - the WebSocket version is 13, exactly these two digits, or 426;
//! - the key is sixteen bytes in base64, or 400: 22 characters, each of them an ASCII letter, a
//!   digit, `+` or `/`, and then `==`.
//!
//! Fails: every_rule_has_its_status
//!   "405 tells the client to use GET"
//! Fails: the_method_is_get
//!   "this method is not GET: methods have a case (RFC 9110 §9.1)"
//! Fails: the_version_is_13
//!   "this version is not 13, exactly these two digits"
//! Fails: a_key_has_24_characters
//!   "this key has another length: sixteen bytes are 22 characters, and then =="
//! Fails: a_key_ends_with_two_equals_signs
//!   "a key of sixteen bytes has 22 characters, and then =="
//! Fails: an_equals_sign_is_only_at_the_end_of_a_key
//!   "= fills up the end, and is not one of the 22 characters"
//! Fails: a_key_has_no_other_characters
//!   "a key has ASCII letters, digits, + and /: this one has another character"
//! Fails: a_key_is_ascii
//!   "ä is a letter, and not an ASCII letter"
//! Fails: the_first_broken_rule_decides
//!   "two rules are broken: "HTTP/1.1" comes before "GET""
//!
//! Chapter: book/src/02-handshake.md#exercises

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
    // TODO: a status for each rule, in the order of the list. And what is a key?
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
    use std::panic;

    use super::*;

    /// A browser's request, which breaks no rule.
    const GOOD: Request = Request {
        http: "HTTP/1.1",
        method: "GET",
        host: Some("localhost:9002"),
        upgrade: true,
        version: Some("13"),
        key: Some("kJXuOKsrl3AR1KeFngRElQ=="),
    };

    #[track_caller]
    fn check(request: &Request, expected: u16, why: &str) {
        let Request { http, method, host, upgrade, version, key } = request;
        let asked = format!(
            "{why}\n  request: {http:?}, {method:?}, host {host:?}, upgrade {upgrade},\n    \
             version {version:?}, key {key:?}\n  your `status`"
        );
        let yours =
            panic::catch_unwind(|| status(request)).unwrap_or_else(|_| panic!("{asked}: panicked"));
        assert!(yours == expected, "{asked}: {yours}\n  expected: {expected}");
    }

    #[track_caller]
    fn check_key(key: &'static str, expected: u16, why: &str) {
        check(&Request { key: Some(key), ..GOOD }, expected, why);
    }

    #[test]
    fn a_browser_may_come_in() {
        check(&GOOD, 101, "this request breaks no rule");
    }

    #[test]
    fn every_rule_has_its_status() {
        check(&Request { http: "HTTP/1.0", ..GOOD }, 505, "HTTP/1.0 has no upgrade");
        let why = "405 tells the client to use GET";
        check(&Request { method: "POST", ..GOOD }, 405, why);
        check(&Request { host: None, ..GOOD }, 400, "there is no Host");
        check(&Request { upgrade: false, ..GOOD }, 400, "nobody asked for a WebSocket");
        let why = "426 tells the client which version we support";
        check(&Request { version: Some("8"), ..GOOD }, 426, why);
        check(&Request { key: None, ..GOOD }, 400, "there is no key");
    }

    #[test]
    fn the_http_version_is_1_1() {
        for http in ["HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.10", "HTTP/1.", "http/1.1", ""] {
            check(&Request { http, ..GOOD }, 505, "this is not HTTP/1.1, exactly so");
        }
    }

    #[test]
    fn the_method_is_get() {
        for method in ["PUT", "HEAD", "OPTIONS", "get", "Get", "GETS", "G", ""] {
            let why = "this method is not GET: methods have a case (RFC 9110 \u{a7}9.1)";
            check(&Request { method, ..GOOD }, 405, why);
        }
    }

    #[test]
    fn the_version_is_13() {
        for version in ["8", "14", "130", "1", "13, 8", "8, 13", "+13", "013", "13.0", ""] {
            let why = "this version is not 13, exactly these two digits";
            check(&Request { version: Some(version), ..GOOD }, 426, why);
        }
        check(&Request { version: None, ..GOOD }, 426, "there is no version");
    }

    #[test]
    fn a_key_may_have_any_character_of_base64() {
        let why = "each of the 64 characters is right, and so are + and /";
        for key in [
            "ABCDEFGHIJKLMNOPQRSTUQ==",
            "VWXYZabcdefghijklmnopg==",
            "qrstuvwxyz0123456789+w==",
            "/+/+/+/+/+/+/+/+/+/+/w==",
            "AAAAAAAAAAAAAAAAAAAAAA==",
        ] {
            check_key(key, 101, why);
        }
    }

    #[test]
    fn a_key_has_24_characters() {
        let why = "this key has another length: sixteen bytes are 22 characters, and then ==";
        for key in [
            "",
            "==",
            "YQ==",
            "c2hvcnQ=",
            "kJXuOKsrl3AR1KeFngREl==",
            "kJXuOKsrl3AR1KeFngREkJXuOQ==",
        ] {
            check_key(key, 400, why);
        }
    }

    #[test]
    fn a_key_ends_with_two_equals_signs() {
        let why = "a key of sixteen bytes has 22 characters, and then ==";
        for key in [
            "kJXuOKsrl3AR1KeFngRElQ",
            "kJXuOKsrl3AR1KeFngRElQ=",
            "kJXuOKsrl3AR1KeFngRElQAA",
            "kJXuOKsrl3AR1KeFngRElQA=",
            "kJXuOKsrl3AR1KeFngRElQ===",
        ] {
            check_key(key, 400, why);
        }
    }

    #[test]
    fn an_equals_sign_is_only_at_the_end_of_a_key() {
        for key in
            ["kJXuOKsrl3=R1KeFngRElQ==", "=JXuOKsrl3AR1KeFngRElQ==", "kJXuOKsrl3AR1KeFngREl==="]
        {
            check_key(key, 400, "= fills up the end, and is not one of the 22 characters");
        }
    }

    #[test]
    fn a_key_has_no_other_characters() {
        let why = "a key has ASCII letters, digits, + and /: this one has another character";
        for key in [
            "kJXuOKsrl3AR 1KeFngREl==",
            " JXuOKsrl3AR1KeFngRElQ==",
            "kJXuOKsrl3AR-KeFngRElQ==",
            "kJXuOKsrl3AR_KeFngRElQ==",
            "kJXuOKsrl3AR.KeFngRElQ==",
        ] {
            check_key(key, 400, why);
        }
    }

    /// An ä is a letter, and two bytes long. These keys have 22 bytes or 22 letters before the
    /// `==`, or an ä at a place where you might cut.
    #[test]
    fn a_key_is_ascii() {
        let why = "\u{e4} is a letter, and not an ASCII letter";
        for key in [
            "kJXuOKsrl3AR\u{e4}KeFngREl==",
            "kJXuOKsrl3AR\u{e4}KeFngRElQ==",
            "kJXuOKsrl3AR1KeFngREl\u{e4}=",
            "kJXuOKsrl3AR1KeFngRElQ=\u{e4}",
            "kJXuOKsrl3AR1KeFngRElQ\u{e4}",
        ] {
            check_key(key, 400, why);
        }
    }

    #[test]
    fn the_first_broken_rule_decides() {
        let rules = [
            ("HTTP/1.1", 505),
            ("GET", 405),
            ("a Host", 400),
            ("an upgrade", 400),
            ("version 13", 426),
            ("a key", 400),
        ];
        for first in 0..rules.len() {
            for second in first + 1..rules.len() {
                let is_kept = |rule| rule != first && rule != second;
                let request = Request {
                    http: if is_kept(0) { GOOD.http } else { "HTTP/1.0" },
                    method: if is_kept(1) { GOOD.method } else { "POST" },
                    host: GOOD.host.filter(|_| is_kept(2)),
                    upgrade: is_kept(3),
                    version: if is_kept(4) { GOOD.version } else { Some("8") },
                    key: GOOD.key.filter(|_| is_kept(5)),
                };
                let (one, expected) = rules[first];
                let (next, _) = rules[second];
                let why = format!("two rules are broken: \"{one}\" comes before \"{next}\"");
                check(&request, expected, &why);
            }
        }
    }
}
