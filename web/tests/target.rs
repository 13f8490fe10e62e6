//! What a request asks for, and of which host.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

use http::header::HOST;
use http::{HeaderMap, HeaderValue};
use web::{effective_host, is_path_and_query, names_a_host, parse_target};

/// RFC 3986 §3.3 and §3.4: the characters of a path and a query.
#[test]
fn a_path_and_a_query_have_the_characters_of_the_standard() {
    for right in
        ["/", "//", "/chat", "/a-b._~!$&'()*+,;=:@c", "/%C3%a9", "/chat?room=7&x=/?:@", "/?", "/.."]
    {
        assert!(is_path_and_query(right), "{right}");
        assert_eq!(parse_target(right.as_bytes()).unwrap().path_and_query().unwrap(), right);
    }
}

/// RFC 6455 §3: a fragment is not allowed. RFC 9112 §3.2: an invalid request line is answered with
/// 400.
#[test]
fn another_character_makes_a_target_invalid() {
    for wrong in [
        "", "chat", "*", "?a", "/a#b", "/#", "/a?b#c", "/é", "/a\"b", "/a\\b", "/%", "/%z", "/%zz",
        "/%a", "/a b", "/a\tb", "/\u{7f}", "/<", "/>", "/^", "/`", "/{}", "/|", "/[", "/a?[]",
    ] {
        assert!(!is_path_and_query(wrong), "{wrong}");
        assert_eq!(parse_target(wrong.as_bytes()), None, "{wrong}");
        let whole = format!("http://localhost{wrong}");
        if wrong.starts_with('/') {
            assert_eq!(parse_target(whole.as_bytes()), None, "{whole}");
        }
    }
    assert_eq!(parse_target(b"/\xff"), None);
}

/// RFC 9112 §3.2.2: a server accepts a whole URL. RFC 6455 §4.1: an `http` or `https` URL.
#[test]
fn a_target_may_be_a_whole_url() {
    for right in [
        "http://chat.example/chat",
        "HTTPS://chat.example",
        "http://chat.example:9002?room=7",
        "http://[::1]:9002/",
        "http://chat.example:/",
    ] {
        assert!(parse_target(right.as_bytes()).is_some(), "{right}");
    }
    for wrong in [
        "http:///chat",
        "http://",
        "http:/chat",
        "http://user@chat.example/",
        "http://chat.example:ninety/",
        "http://[zz]/",
        "http://:44/",
        "http://chat.example#a",
        "ws://chat.example/",
        "ftp://chat.example/",
    ] {
        assert_eq!(parse_target(wrong.as_bytes()), None, "{wrong}");
    }
}

/// RFC 3986 §3.2.2 and §3.2.3.
#[test]
fn a_host_has_a_name_or_an_address_and_perhaps_a_port() {
    for right in [
        "h",
        "h:",
        "localhost:",
        "h:0",
        "h:65535",
        "[::1]",
        "[::1]:",
        "[::1]:9",
        "a%20b",
        "1.2.3.4",
        "a_b-c.d.",
    ] {
        assert!(names_a_host(right.as_bytes()), "{right}");
    }
    for wrong in [
        "",
        ":",
        ":44",
        "[]",
        "[zz]",
        "[::1",
        "::1",
        "[::1]9",
        "[::1%25eth0]",
        "h:ninety",
        "h:+9",
        "h:65536",
        "h:9:9",
        "u@h",
        "h/",
        "h?",
        "h#",
        "h\\",
        "a b",
        "a,b c",
        "é",
        "%zz",
        "h\r\nX: y",
    ] {
        assert!(!names_a_host(wrong.as_bytes()), "{wrong}");
    }
    assert!(!names_a_host(b"\xff"));
}

/// RFC 9112 §3.2.2: of a target with a host and `Host`, the target counts.
#[test]
fn the_host_in_the_target_counts_before_the_header() {
    let mut headers = HeaderMap::new();
    let path = parse_target(b"/chat").unwrap();
    let url = parse_target(b"http://target.example:9002/chat").unwrap();
    assert_eq!(effective_host(&path, &headers), None);
    assert_eq!(effective_host(&url, &headers), Some("target.example:9002"));
    headers.insert(HOST, HeaderValue::from_static("header.example"));
    assert_eq!(effective_host(&path, &headers), Some("header.example"));
    assert_eq!(effective_host(&url, &headers), Some("target.example:9002"));
    headers.append(HOST, HeaderValue::from_static("other.example"));
    assert_eq!(effective_host(&path, &headers), None);
}
