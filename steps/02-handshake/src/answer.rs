//! The answer to a request, as bytes: the upgrade, the page, or the refusal.

use std::time::SystemTime;

use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Request, Response, StatusCode};

use crate::header_block::{Arrived, HeaderBlock};
use crate::refusal::Refusal;
use crate::upgrade::{Policy, Upgrade, upgrade};

/// A request that may be upgraded. Once it is answered, its connection is a WebSocket.
#[derive(Debug)]
pub struct Opened {
    /// The request, with its target and header fields.
    pub request: Request<()>,
    /// How it is answered.
    pub upgrade: Upgrade,
    /// The bytes behind the request, which belong to the first frames.
    pub rest: Vec<u8>,
}

impl Opened {
    /// Decides by `policy` whether the request may be upgraded.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn judge(Arrived { request, rest }: Arrived, policy: &Policy) -> Result<Self, Refusal> {
        let upgrade = upgrade(&request, policy)?;
        Ok(Self { request, upgrade, rest })
    }
}

/// The answer to the request in `block`, as it is sent: the upgrade, or the refusal, or `page` if
/// the request does not ask for a WebSocket. After all answers except the upgrade, the connection
/// ends.
#[must_use]
pub fn answer(block: &HeaderBlock, judged: &Result<Opened, Refusal>, page: &str) -> Vec<u8> {
    let response = match judged {
        Ok(opened) => opened.upgrade.response(),
        Err(Refusal::PlainRequest) => page_response(page),
        Err(refusal) => refusal.response(),
    };
    let mut bytes = encode_response(&response, SystemTime::now());
    if block.is_head() {
        bytes.truncate(bytes.len() - response.body().len());
    }
    bytes
}

fn page_response(page: &str) -> Response<String> {
    let mut response = Response::new(page.to_owned());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A response as bytes (RFC 9112 §4), with the `Date` at which it is sent (RFC 9110 §6.6.1). All
/// except a 101 have the `Content-Length` of their body.
#[must_use]
pub fn encode_response(response: &Response<String>, now: SystemTime) -> Vec<u8> {
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
    bytes.extend(response.body().bytes());
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
