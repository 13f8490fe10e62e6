//! What goes back: the upgrade, the page, or the refusal. As bytes, for whoever has a socket.

use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Request, Response, StatusCode};

use crate::{Policy, Refusal, Upgrade, upgrade};

/// The answer to a request, before it is written.
#[derive(Debug)]
pub enum Answer {
    /// 101: from now on the connection speaks WebSocket.
    Upgrade(Upgrade),
    /// 200: a visit, and the page for it. The connection ends.
    Page(String),
    /// No, and why. The connection ends.
    Refusal(Refusal),
}

impl Answer {
    /// Judges `request`; one that does not speak of WebSocket is shown `page`.
    #[must_use]
    pub fn to<Body>(request: &Request<Body>, policy: &Policy, page: &str) -> Self {
        match upgrade(request, policy) {
            Ok(upgrade) => Self::Upgrade(upgrade),
            Err(Refusal::PlainRequest) => Self::Page(page.to_owned()),
            Err(refusal) => Self::Refusal(refusal),
        }
    }

    /// The answer as it goes over the wire.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode_response(&match self {
            Self::Upgrade(upgrade) => upgrade.response(),
            Self::Page(page) => page_response(page),
            Self::Refusal(refusal) => refusal.response(),
        })
    }
}

fn page_response(page: &str) -> Response<String> {
    let mut response = Response::new(page.to_owned());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A response as bytes, RFC 9112 §4. All but a 101 get the `Content-Length` of their body.
#[must_use]
pub fn encode_response(response: &Response<String>) -> Vec<u8> {
    let status = response.status();
    let mut bytes = format!("HTTP/1.1 {status}\r\n").into_bytes();
    for (name, value) in response.headers() {
        // Header names have no case; most people know them in this one.
        bytes.extend(title_case(name.as_str()).bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    if status != StatusCode::SWITCHING_PROTOCOLS {
        let length =
            format!("{}: {}\r\n", title_case(CONTENT_LENGTH.as_str()), response.body().len());
        bytes.extend(length.bytes());
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
