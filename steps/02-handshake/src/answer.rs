//! What goes back: the upgrade, the page, or the refusal. As bytes, for whoever has a socket.

use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Request, Response, StatusCode};

use crate::{Arrived, Policy, Refusal, Upgrade, upgrade};

/// A connection that speaks WebSocket, once it has been answered so.
#[derive(Debug)]
pub struct Opened {
    /// The request, with its path and headers.
    pub request: Request<()>,
    /// How it is answered.
    pub upgrade: Upgrade,
    /// The bytes that came behind the request: the first frames already.
    pub rest: Vec<u8>,
}

impl Opened {
    /// Judges what has arrived.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn judge(Arrived { request, rest }: Arrived, policy: &Policy) -> Result<Self, Refusal> {
        let upgrade = upgrade(&request, policy)?;
        Ok(Self { request, upgrade, rest })
    }
}

/// The answer to a request, as it goes over the wire: the upgrade, or the refusal, or `page` for one
/// that does not speak of WebSocket. Behind all but an upgrade, the connection ends.
#[must_use]
pub fn answer(judged: &Result<Opened, Refusal>, page: &str) -> Vec<u8> {
    encode_response(&match judged {
        Ok(opened) => opened.upgrade.response(),
        Err(Refusal::PlainRequest) => page_response(page),
        Err(refusal) => refusal.response(),
    })
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
