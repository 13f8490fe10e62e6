//! Which pages may use a server. RFC 6455 §10.2, and the tutorials' fault F6: they accept all pages.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

use clap::Parser;
use http::HeaderMap;
use http::header::ORIGIN;
use proptest::prelude::*;
use url::Url;
use web::Origins;

#[derive(Parser)]
struct CommandLine {
    #[command(flatten)]
    origins: Origins,
}

fn listed(origins: &[&str]) -> Result<Origins, clap::Error> {
    let flags = origins.iter().flat_map(|origin| ["--origin", origin]);
    CommandLine::try_parse_from(std::iter::once("server").chain(flags)).map(|line| line.origins)
}

/// The headers of a request by a page of this origin.
fn headers(origin: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ORIGIN, origin.parse().expect("an origin is a header value"));
    headers
}

/// Whether a page of this origin may use a server without `--origin` that was asked by this host.
fn is_accepted(host: &str, origin: &str) -> bool {
    Origins::default().check(&headers(origin), Some(host)).is_ok()
}

/// Whether it may use the server of `chat.example`.
fn is_accepted_by_chat(host: &str, origin: &str) -> bool {
    let origins = listed(&["https://chat.example"]).unwrap();
    origins.check(&headers(origin), Some(host)).is_ok()
}

/// RFC 6454 §4: an origin is a scheme, a host and a port, and `http` means port 80, `https` 443.
#[test]
fn the_servers_own_pages_are_accepted() {
    assert!(is_accepted("127.0.0.1:9002", "http://127.0.0.1:9002"));
    assert!(is_accepted("localhost:9002", "http://localhost:9002"));
    assert!(is_accepted("LocalHost:9002", "http://localhost:9002"));
    assert!(is_accepted("chat.localhost:9002", "http://chat.localhost:9002"));
    assert!(is_accepted("[::1]:9002", "http://[::1]:9002"));
    assert!(is_accepted("192.168.0.7", "http://192.168.0.7"));
    assert!(is_accepted("localhost:80", "http://localhost"));
    // RFC 3986 §3.2.3: the port may be empty.
    assert!(is_accepted("localhost:", "http://localhost"));
    assert!(is_accepted("localhost", "http://localhost:80"));
    // Behind a proxy that ends TLS.
    assert!(is_accepted("localhost", "https://localhost"));
    assert!(is_accepted("localhost:443", "https://localhost"));
}

#[test]
fn another_port_is_another_origin() {
    assert!(!is_accepted("127.0.0.1:9002", "http://127.0.0.1:9003"));
    assert!(!is_accepted("127.0.0.1:9002", "http://127.0.0.1"));
    assert!(!is_accepted("localhost", "http://localhost:8080"));
    assert!(!is_accepted("localhost", "http://localhost:443"));
    assert!(!is_accepted("localhost", "https://localhost:80"));
    assert!(!is_accepted("localhost:80", "https://localhost"));
    assert!(!is_accepted("localhost:443", "http://localhost"));
}

/// DNS rebinding: the owner of `evil.example` lets that name point to 127.0.0.1, and the visitor's
/// browser takes this server for `evil.example`, whose page may then read what it answers.
#[test]
fn a_name_that_anybody_may_own_is_not_the_servers_own() {
    for host in
        ["evil.example", "evil.example:9002", "localhost.evil.example", "127.0.0.1.evil.example"]
    {
        assert!(!is_accepted(host, &format!("http://{host}")), "{host}");
        assert!(!Origins::default().is_own_host(host), "{host}");
    }
}

#[test]
fn the_host_of_a_listed_origin_is_the_servers_own() {
    let origins = listed(&["https://chat.example"]).unwrap();
    assert!(origins.is_own_host("chat.example"));
    assert!(origins.is_own_host("CHAT.example:9006"));
    assert!(!origins.is_own_host("www.chat.example"));
    assert!(!origins.is_own_host("chat.example@evil.example"));
    assert!(!origins.is_own_host("chat.example\0"));
    assert!(!origins.is_own_host("evil.example/chat.example"));
    assert!(is_accepted_by_chat("chat.example:9006", "http://chat.example:9006"));
    assert!(!is_accepted_by_chat("chat.example:9006", "http://chat.example:9007"));
}

/// Behind a proxy, `Host` may be any name.
#[test]
fn a_listed_origin_is_accepted_at_any_host() {
    assert!(is_accepted_by_chat("backend:9006", "https://chat.example"));
    assert!(is_accepted_by_chat("backend:9006", "HTTPS://Chat.Example"));
    // The scheme and the port are part of what was listed.
    assert!(!is_accepted_by_chat("backend:9006", "http://chat.example"));
    assert!(!is_accepted_by_chat("backend:9006", "https://chat.example:8443"));
}

/// Whole hosts are compared: a host that begins or ends with the good one is another one.
#[test]
fn a_host_that_contains_the_good_one_is_another() {
    for origin in [
        "http://chat.example.evil.example",
        "http://evil-chat.example",
        "http://www.chat.example",
        "http://chat.exampl",
        "http://chat.example.",
    ] {
        assert!(!is_accepted_by_chat("chat.example", origin), "{origin}");
    }
}

/// RFC 6454 §6.2: a scheme, a host, a port, and not a character more.
#[test]
fn what_is_not_an_origin_is_not_accepted() {
    let tricks = [
        "",
        "null",
        "*",
        "localhost",
        "//localhost",
        "http://",
        "http://localhost/",
        "http://localhost?",
        "http://localhost#",
        "http://localhost:80:80",
        "http://evil.example@localhost",
        "http://localhost@evil.example",
        "http://localhost\\@evil.example",
        "http://localhost http://evil.example",
        "http://localhost, http://evil.example",
        "http:localhost",
        "http:localhost://x",
        "ws://localhost",
        "file://localhost",
        "chrome-extension://localhost",
    ];
    for origin in tricks {
        assert!(!is_accepted("localhost", origin), "{origin}");
    }
}

/// The answer names both values, and the flag that would allow them.
#[test]
fn a_refusal_says_what_was_sent_and_how_to_allow_it() {
    let refused = |origin, host| Origins::default().check(&headers(origin), host).unwrap_err();
    let messages = [
        refused("http://evil.example", Some("evil.example")),
        refused("HTTP://evil.example:80", Some("localhost:9002")),
        refused("null", Some("localhost:9002")),
        refused("http://evil.example", None),
    ];
    insta::assert_snapshot!(messages.map(|message| message.to_string()).join("\n"));
}

/// A refusal is printed on a terminal, and `Origin` may hold any bytes from 0x80 on.
#[test]
fn a_refusal_cannot_control_a_terminal() {
    let mut headers = HeaderMap::new();
    // U+009B begins a command to a terminal, and U+202E turns the direction of writing.
    let origin = "http://\u{9b}2J\u{202e}".as_bytes();
    headers.insert(ORIGIN, http::HeaderValue::from_bytes(origin).unwrap());
    let message = Origins::default().check(&headers, Some("localhost")).unwrap_err().to_string();
    assert!(message.contains("\"http://\\u{9b}2J\\u{202e}\""), "{message}");
}

/// RFC 6455 §10.2: a client without `Origin` is not a browser, and could send any that it likes.
#[test]
fn a_request_without_an_origin_is_accepted() {
    for host in [Some("localhost"), Some("evil.example"), None] {
        assert_eq!(Origins::default().check(&HeaderMap::new(), host), Ok(()));
    }
}

/// RFC 6455 §4.1: a browser sends one. With two, a proxy might check the other.
#[test]
fn two_origin_lines_are_not_accepted() {
    let mut headers = headers("http://localhost");
    headers.append(ORIGIN, "http://localhost".parse().unwrap());
    assert!(Origins::default().check(&headers, Some("localhost")).is_err());
}

#[test]
fn without_a_host_only_listed_origins_are_accepted() {
    assert!(Origins::default().check(&headers("http://localhost"), None).is_err());
    let origins = listed(&["http://chat.example"]).unwrap();
    assert_eq!(origins.check(&headers("http://chat.example"), None), Ok(()));
}

/// A browser writes an origin in one form only, and whoever lists it may use another.
#[test]
fn a_listed_origin_means_what_a_browser_sends() {
    for (flag, sent) in [
        ("http://[0:0:0:0:0:0:0:1]:3000", "http://[::1]:3000"),
        ("http://[::ffff:1.2.3.4]", "http://[::ffff:102:304]"),
        ("http://127.1:3000", "http://127.0.0.1:3000"),
        ("http://0x7f000001", "http://127.0.0.1"),
        ("HTTPS://Friend.Example", "https://friend.example"),
        ("https://friend.example:443", "https://friend.example"),
        ("http://friend.example:80", "http://friend.example"),
        ("http://friend.example:", "http://friend.example"),
        ("http://friend.example:08080", "http://friend.example:8080"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ] {
        let origins = listed(&[flag]).unwrap();
        assert_eq!(origins.check(&headers(sent), Some("backend")), Ok(()), "{flag}");
    }
}

#[test]
fn a_flag_that_is_not_an_origin_is_refused() {
    for wrong in [
        "",
        "friend.example",
        "null",
        "*",
        "https://*.friend.example",
        "https://friend.example/",
        "https://friend.example:99999",
        "https://friend .example",
        "https://",
        "http://1.2.3.4.5",
        "ws://friend.example",
    ] {
        let problem = listed(&["https://good.example", wrong]).err().unwrap().to_string();
        let expected = format!("\"{wrong}\" is not an origin: write it like https://example.com");
        assert!(problem.contains(&expected), "{problem}");
    }
}

/// What is printed may be read by others, and be kept in a log.
#[test]
fn a_flag_that_is_not_an_origin_and_may_contain_a_password_is_not_repeated() {
    for wrong in ["https://ada:secret@friend.example", "https://friend.example?secret"] {
        let problem = Origins::listed(&[wrong.to_owned()]).unwrap_err();
        assert!(problem.contains("\"***\" is not an origin"), "{problem}");
        assert!(!problem.contains("secret"), "{problem}");
    }
}

proptest! {
    /// What a browser does with an address, the `url` crate does too: whoever lists the origin of a
    /// page in whatever way accepts that page.
    #[test]
    fn the_origin_of_any_url_can_be_listed(
        scheme in "(http|https|HTTP)",
        host in "([a-zA-Z0-9_-]{1,9}(\\.[a-zA-Z0-9-]{1,9}){0,3}|([0-9]{1,3}\\.){3}[0-9]{1,3}|\\[[0-9a-f]{0,4}::[0-9a-f]{1,4}\\])",
        port in "(|:|:[0-9]{1,5})",
    ) {
        let flag = format!("{scheme}://{host}{port}");
        match Url::parse(&flag) {
            Ok(url) => {
                let sent = headers(&url.origin().ascii_serialization());
                prop_assert_eq!(listed(&[&flag]).unwrap().check(&sent, Some("backend")), Ok(()));
            }
            Err(_) => prop_assert!(listed(&[&flag]).is_err()),
        }
    }

    /// Whatever is sent, nothing panics, and what is accepted is the origin of the host.
    #[test]
    fn any_origin_is_judged(sent in "(http://|https://|)\\PC{0,20}", host in "[ -~]{0,12}") {
        let Ok(value) = http::HeaderValue::from_bytes(sent.as_bytes()) else { return Ok(()) };
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, value);
        if Origins::default().check(&headers, Some(&host)).is_ok() {
            let sent = Url::parse(&sent).unwrap();
            let asked = Url::parse(&format!("{}://{host}", sent.scheme())).unwrap();
            prop_assert_eq!(sent.origin(), asked.origin());
        }
    }
}
