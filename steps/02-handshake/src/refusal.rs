//! The ways to say no, each with its status, its clause, and a sentence for whoever has to mend it.

use http::header::{ALLOW, CONNECTION, CONTENT_TYPE, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::{HeaderValue, Method, Response, StatusCode};

/// Why a request is not upgraded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The bytes are no HTTP/1.1 request (RFC 9112); says what is broken.
    #[error("This is no valid HTTP/1.1 request: {0}.")]
    Malformed(&'static str),
    /// The header block is over a limit (RFC 6585 §5): the most that is taken, and what is counted,
    /// which is bytes or header lines.
    #[error("The header block is over the limit of {0} {1}.")]
    TooLarge(usize, &'static str),
    /// Not HTTP/1.1 (RFC 6455 §4.2.1).
    #[error("A WebSocket begins with a request in HTTP/1.1.")]
    HttpVersion,
    /// Not a GET (RFC 6455 §4.2.1).
    #[error("The method must be GET, not {0}.")]
    Method(Method),
    /// No `Host`, two of them, or one that names no host (RFC 9112 §3.2).
    #[error("There must be exactly one Host header, and it must name a host.")]
    Host,
    /// A body is announced, and a handshake has none (RFC 9112 §6.3).
    #[error("A handshake has no body: leave out Content-Length and Transfer-Encoding.")]
    Body,
    /// An ordinary GET that does not speak of WebSocket at all: where there is a page, it is shown.
    #[error("This address speaks WebSocket: connect with ws://.")]
    PlainRequest,
    /// `Upgrade` does not name `websocket` (RFC 6455 §4.2.1).
    #[error("The Upgrade header must contain the token \"websocket\".")]
    Upgrade,
    /// `Connection` does not name `Upgrade` (RFC 6455 §4.2.1).
    #[error("The Connection header must contain the token \"Upgrade\".")]
    Connection,
    /// `Sec-WebSocket-Version` is not 13, is missing, or is there twice (RFC 6455 §4.4).
    #[error("There must be exactly one Sec-WebSocket-Version header, and it must be 13.")]
    WebSocketVersion,
    /// `Sec-WebSocket-Key` is missing, is there twice, or is not sixteen bytes in base64
    /// (RFC 6455 §4.2.1).
    #[error(
        "There must be exactly one Sec-WebSocket-Key header, and it must hold 16 bytes in base64."
    )]
    Key,
    /// The page that asks is of another site (RFC 6455 §10.2).
    #[error("Pages of the origin \"{0}\" may not connect to this server.")]
    Origin(String),
    /// `Sec-WebSocket-Protocol` is no list of distinct tokens (RFC 6455 §4.1).
    #[error("Sec-WebSocket-Protocol must be a list of tokens, each of them once.")]
    Subprotocol,
    /// `Sec-WebSocket-Extensions` breaks its grammar (RFC 6455 §9.1), whether we know one or not.
    #[error("Sec-WebSocket-Extensions must be a list of extensions: \"name; parameter=value\".")]
    Extensions,
    /// The request did not arrive in time (RFC 6455 §10.4).
    #[error("The request did not arrive in time.")]
    Late,
    /// As many connections are open as the server takes (RFC 6455 §10.4).
    #[error("The server has as many connections as it takes: try again later.")]
    Busy,
}

impl Refusal {
    /// Refuses, unless this is so.
    pub(crate) fn unless(self, is_so: bool) -> Result<(), Self> {
        if is_so { Ok(()) } else { Err(self) }
    }

    // ANCHOR: status
    /// The status that this refusal is sent with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::TooLarge(..) => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::HttpVersion => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::WebSocketVersion => StatusCode::UPGRADE_REQUIRED,
            Self::Origin(_) => StatusCode::FORBIDDEN,
            Self::Late => StatusCode::REQUEST_TIMEOUT,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
    // ANCHOR_END: status

    /// The whole answer: the status, the headers that go with it, and the sentence as its body.
    #[must_use]
    pub fn response(&self) -> Response<String> {
        let mut response = Response::new(format!("{self}\n"));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        if let Self::Method(_) = self {
            headers.insert(ALLOW, HeaderValue::from_static("GET"));
        }
        if let Self::WebSocketVersion = self {
            headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
            // A 426 names the protocol to upgrade to (RFC 9110 §15.5.22).
            headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
            headers.insert(CONNECTION, HeaderValue::from_static("Upgrade, close"));
        }
        response
    }
}
