//! A request in HTTP/2 as step 6 knows it, and the answer back.
//!
//! HTTP/2 has no `Upgrade`. A client opens a WebSocket by the method CONNECT, extended by the
//! pseudo-header field `:protocol` (RFC 8441 §4). Everything else that the opening handshake
//! negotiates is the same. So a few fields are translated here, and the rules are those of step 2.

use axum::response::{IntoResponse, Response};
use h2::ext::Protocol;
use http::header::{
    ALLOW, CONNECTION, CONTENT_LENGTH, HOST, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE,
};
use http::{HeaderValue, Method, Request, StatusCode, Version};

/// A valid key. The headers that prove that a server of HTTP/1.1 knows WebSocket do not exist in
/// HTTP/2: the server has shown it by its settings (RFC 8441 §5).
const KEY: HeaderValue = HeaderValue::from_static("AAAAAAAAAAAAAAAAAAAAAA==");

// ANCHOR: request
/// Translates a request: `:authority` is the `Host`, and an extended CONNECT for a WebSocket is a GET
/// with an `Upgrade`.
///
/// # Errors
/// The status and the sentence of the answer to a request that cannot be translated.
pub fn to_http1<Content>(request: &mut Request<Content>) -> Result<(), (StatusCode, &'static str)> {
    if let Some(authority) = request.uri().authority() {
        let host = HeaderValue::from_str(authority.as_str());
        let host = host.map_err(|_| (StatusCode::BAD_REQUEST, "The :authority is not valid.\n"))?;
        // RFC 9113 §8.3.1: both name the same host.
        if request.headers().get_all(HOST).iter().any(|named| named != host) {
            let sentence = "The Host header and :authority must name the same host.\n";
            return Err((StatusCode::BAD_REQUEST, sentence));
        }
        request.headers_mut().insert(HOST, host);
    }
    if request.method() != Method::CONNECT {
        return Ok(());
    }
    let protocol = request.extensions().get::<Protocol>().map(Protocol::as_str);
    if protocol.is_none_or(|name| !name.eq_ignore_ascii_case("websocket")) {
        let sentence = "The only protocol to CONNECT to is websocket.\n";
        return Err((StatusCode::NOT_IMPLEMENTED, sentence));
    }
    *request.method_mut() = Method::GET;
    *request.version_mut() = Version::HTTP_11;
    let headers = request.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(SEC_WEBSOCKET_KEY, KEY);
    Ok(())
}
// ANCHOR_END: request

// ANCHOR: response
/// Translates an answer: a WebSocket begins with 200, and no field is about the connection
/// (RFC 9113 §8.2.2).
pub fn to_http2(mut response: Response, is_connect: bool) -> Response {
    let status = match response.status() {
        StatusCode::SWITCHING_PROTOCOLS => {
            response.headers_mut().remove(CONTENT_LENGTH);
            StatusCode::OK
        }
        // To a CONNECT, it would mean that the stream is a WebSocket (RFC 8441 §5).
        status if is_connect && status.is_success() => {
            let sentence = "There is no WebSocket at this path.\n";
            return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET")], sentence).into_response();
        }
        // This status names a protocol to upgrade to (RFC 9110 §15.5.22).
        StatusCode::UPGRADE_REQUIRED => StatusCode::BAD_REQUEST,
        status => status,
    };
    *response.status_mut() = status;
    for name in [CONNECTION, UPGRADE, SEC_WEBSOCKET_ACCEPT] {
        response.headers_mut().remove(name);
    }
    response
}
// ANCHOR_END: response
