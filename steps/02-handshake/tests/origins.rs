//! Which pages may connect. RFC 6455 §10.2, and the tutorials' fault F6: they let in all of them.
#![allow(clippy::expect_used, reason = "a test that cannot go on ends here")]

use http::HeaderMap;
use http::header::{HOST, ORIGIN};
use web::Origins;

/// The headers of a request to this host by a page of this origin.
fn headers(host: &str, origin: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(HOST, host.parse().expect("a host is a header value"));
    headers.insert(ORIGIN, origin.parse().expect("an origin is a header value"));
    headers
}

fn is_let_in(host: &str, origin: &str) -> bool {
    Origins::default().check(&headers(host, origin)).is_ok()
}

fn listed(origins: &[&str]) -> Result<Origins, String> {
    let origins: Vec<String> = origins.iter().map(|&origin| origin.to_owned()).collect();
    Origins::listed(&origins)
}

/// RFC 6454 §4: an origin is a scheme, a host and a port, and `http` means port 80, `https` 443.
#[test]
fn the_servers_own_pages_may_connect() {
    assert!(is_let_in("127.0.0.1:9002", "http://127.0.0.1:9002"));
    assert!(is_let_in("localhost:9002", "http://LocalHost:9002"));
    assert!(is_let_in("[::1]:9002", "http://[::1]:9002"));
    assert!(is_let_in("chat.example", "http://chat.example"));
    assert!(is_let_in("chat.example:80", "http://chat.example"));
    assert!(is_let_in("chat.example", "http://chat.example:80"));
    // Behind a proxy that ends TLS.
    assert!(is_let_in("chat.example", "https://chat.example"));
    assert!(is_let_in("chat.example:443", "https://chat.example"));
    assert!(is_let_in("chat.example", "https://chat.example:443"));
}

#[test]
fn another_port_is_another_origin() {
    assert!(!is_let_in("127.0.0.1:9002", "http://127.0.0.1:9003"));
    assert!(!is_let_in("127.0.0.1:9002", "http://127.0.0.1"));
    assert!(!is_let_in("chat.example", "http://chat.example:8080"));
    assert!(!is_let_in("chat.example", "http://chat.example:443"));
    assert!(!is_let_in("chat.example", "https://chat.example:80"));
    assert!(!is_let_in("chat.example:80", "https://chat.example"));
    assert!(!is_let_in("chat.example:443", "http://chat.example"));
}

/// Whole hosts are compared: a host that begins or ends with the good one is another's.
#[test]
fn a_host_that_contains_the_good_one_is_another() {
    assert!(!is_let_in("chat.example", "http://chat.example.evil.example"));
    assert!(!is_let_in("chat.example", "http://evil-chat.example"));
    assert!(!is_let_in("chat.example", "http://www.chat.example"));
    assert!(!is_let_in("chat.example", "http://chat.exampl"));
    assert!(!is_let_in("chat.example", "http://chat.example."));
}

/// RFC 6454 §6.2: a scheme, a host, a port, and not a character more.
#[test]
fn what_is_no_origin_is_not_let_in() {
    let tricks = [
        "",
        "null",
        "*",
        "chat.example",
        "//chat.example",
        "http://",
        "http://chat.example/",
        "http://chat.example?",
        "http://chat.example#",
        "http://chat.example:",
        "http://chat.example:080",
        "http://chat.example:80:80",
        "http://evil.example@chat.example",
        "http://chat.example@evil.example",
        "http://chat.example\\@evil.example",
        "http://chat.example http://evil.example",
        "http://chat.example, http://evil.example",
        "ws://chat.example",
        "file://chat.example",
        "chrome-extension://chat.example",
    ];
    for origin in tricks {
        assert!(!is_let_in("chat.example", origin), "{origin}");
    }
}

#[test]
fn an_origin_is_refused_by_its_name() {
    let refused = Origins::default().check(&headers("chat.example", "http://evil.example"));
    assert_eq!(refused, Err("http://evil.example".to_owned()));
}

/// RFC 6455 §10.2: a client without `Origin` is no browser, and could send any that it likes.
#[test]
fn a_request_without_an_origin_is_let_in() {
    assert_eq!(Origins::default().check(&HeaderMap::new()), Ok(()));
}

/// RFC 6455 §4.1: a browser sends one. Of two, somebody might judge the other.
#[test]
fn two_origin_lines_are_not_let_in() {
    let mut headers = headers("chat.example", "http://chat.example");
    headers.append(ORIGIN, "http://chat.example".parse().unwrap());
    assert!(Origins::default().check(&headers).is_err());
}

#[test]
fn without_a_host_only_listed_origins_are_let_in() {
    let mut headers = headers("chat.example", "http://chat.example");
    headers.remove(HOST);
    assert!(Origins::default().check(&headers).is_err());
    assert_eq!(listed(&["http://chat.example"]).unwrap().check(&headers), Ok(()));
}

#[test]
fn a_listed_origin_is_let_in_beside_the_servers_own() {
    let origins = listed(&["https://Friend.Example", "http://localhost:3000"]).unwrap();
    let check = |origin| origins.check(&headers("chat.example", origin)).is_ok();
    assert!(check("https://friend.example"));
    assert!(check("https://FRIEND.example"));
    assert!(check("http://localhost:3000"));
    assert!(check("http://chat.example"));
    // The scheme of a listed origin counts: it is written there.
    assert!(!check("http://friend.example"));
    assert!(!check("http://localhost"));
    assert!(!check("https://friend.example.evil.example"));
    assert!(!check("null"));
}

/// RFC 6454 §4: a browser leaves out the port that its scheme has by itself. Whoever lists the
/// origin with it means the same one.
#[test]
fn a_listed_origin_may_name_its_standard_port() {
    let origins = listed(&["https://friend.example:443", "http://friend.example:80"]).unwrap();
    assert_eq!(origins.check(&headers("chat.example", "https://friend.example")), Ok(()));
    assert_eq!(origins.check(&headers("chat.example", "http://friend.example")), Ok(()));
}

#[test]
fn a_list_with_something_else_in_it_is_no_list() {
    for wrong in ["friend.example", "null", "*", "https://friend.example/", "ws://friend.example"] {
        let problem = listed(&["https://good.example", wrong]).unwrap_err();
        assert_eq!(problem, format!("\"{wrong}\" is no origin: write it like https://example.com"));
    }
}
