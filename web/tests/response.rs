//! Responses as bytes.

use std::time::UNIX_EPOCH;

use http::{HeaderName, HeaderValue, Response};
use web::encode_response;

/// RFC 9112 §6.3: the length of the body, so that the client knows when it is whole.
#[test]
fn an_answer_says_how_long_its_body_is_in_bytes() {
    let response = Response::new("Grüße".to_owned());
    assert_eq!(
        String::from_utf8(encode_response(&response, false, UNIX_EPOCH)).unwrap(),
        "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 7\r\n\r\nGrüße"
    );
}

/// RFC 9110 §5.1: a name may have a hyphen anywhere.
#[test]
fn a_header_name_may_have_hyphens_anywhere() {
    let mut response = Response::new(String::new());
    for name in ["-x", "x--y", "z-"] {
        let name = HeaderName::from_static(name);
        response.headers_mut().insert(name, HeaderValue::from_static("1"));
    }
    let bytes = String::from_utf8(encode_response(&response, false, UNIX_EPOCH)).unwrap();
    assert!(bytes.contains("\r\n-X: 1\r\nX--Y: 1\r\nZ-: 1\r\n"), "{bytes}");
}

/// RFC 9110 §9.3.2: the header fields are those that a GET would have.
#[test]
fn the_answer_to_a_head_request_is_the_same_without_content() {
    let response = Response::new("page".to_owned());
    let whole = encode_response(&response, false, UNIX_EPOCH);
    assert_eq!(whole, [&encode_response(&response, true, UNIX_EPOCH)[..], b"page"].concat());
}
