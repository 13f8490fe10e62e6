//! HTTP responses of the steps that write them themselves.

use std::time::SystemTime;

use http::header::{CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};

use crate::page::Page;

/// A page as a response, with its policy. The connection ends after it.
pub fn page_response(page: &Page) -> Response<String> {
    let document = page.document().to_owned();
    let mut response = last_response(StatusCode::OK, "text/html; charset=utf-8", document);
    if let Ok(policy) = HeaderValue::from_str(page.policy()) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A response with this content, after which the connection ends.
pub fn last_response(
    status: StatusCode,
    content_type: &'static str,
    content: String,
) -> Response<String> {
    let mut response = Response::new(content);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A response as bytes (RFC 9112 §4), with the `Date` at which it is sent (RFC 9110 §6.6.1). All
/// except a 101 have the `Content-Length` of their body. The answer to a HEAD request has the header
/// fields alone (§9.3.2).
pub fn encode_response(response: &Response<String>, is_head: bool, now: SystemTime) -> Vec<u8> {
    let status = response.status();
    let date = httpdate::fmt_http_date(now);
    let mut bytes = format!("HTTP/1.1 {status}\r\nDate: {date}\r\n").into_bytes();
    for (name, value) in response.headers() {
        // Header names may be in any case. This is the usual one.
        let name = title_case(name.as_str());
        bytes.extend([name.as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    if status != StatusCode::SWITCHING_PROTOCOLS {
        bytes.extend(format!("Content-Length: {}\r\n", response.body().len()).bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    if !is_head {
        bytes.extend(response.body().bytes());
    }
    bytes
}

/// `sec-websocket-accept` as `Sec-WebSocket-Accept`.
fn title_case(name: &str) -> String {
    let words = name.split('-').map(|word| match word.split_at_checked(1) {
        _ if word == "websocket" => "WebSocket".to_owned(),
        Some((first, others)) => first.to_ascii_uppercase() + others,
        None => String::new(),
    });
    words.collect::<Vec<_>>().join("-")
}
