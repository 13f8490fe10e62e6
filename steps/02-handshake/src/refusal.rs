//! Every reason to refuse a request, with its status, its clause, and a sentence for the author of the
//! client.

use http::header::{ALLOW, CONNECTION, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::{HeaderValue, Method, Response, StatusCode};
use web::{ForeignOrigin, last_response};

/// Why a request is not upgraded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The bytes are not a request in HTTP/1.1 (RFC 9112), for this reason.
    #[error("This is not a valid HTTP/1.1 request: {0}.")]
    Malformed(&'static str),
    /// The header block is over a limit (RFC 6585 §5): the limit, and whether it counts bytes or
    /// header lines.
    #[error("The header block is over the limit of {0} {1}.")]
    TooLarge(usize, &'static str),
    /// HTTP of another major version (RFC 9110 §15.6.6), or an upgrade in HTTP/1.0
    /// (RFC 6455 §4.2.1).
    #[error("A WebSocket begins with a request in HTTP/1.1.")]
    HttpVersion,
    /// A method other than GET (RFC 6455 §4.2.1).
    #[error("The method must be GET, not {0}.")]
    Method(Method),
    /// `Host` is missing, is there twice, or does not name a host (RFC 9112 §3.2).
    #[error("There must be exactly one Host header, and it must name a host.")]
    Host,
    /// A body is announced, which a handshake does not have (RFC 9112 §6.3).
    #[error("A handshake has no body: leave out Content-Length and Transfer-Encoding.")]
    Body,
    /// An ordinary GET or HEAD that does not ask for a WebSocket. A server that has a page answers
    /// with it.
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
    /// The origin of the page may not use this server (RFC 6455 §10.2).
    #[error(transparent)]
    Origin(#[from] ForeignOrigin),
    /// `Sec-WebSocket-Protocol` is not a list of distinct tokens (RFC 6455 §4.1).
    #[error("Sec-WebSocket-Protocol must be a list of tokens, each of them once.")]
    Subprotocol,
    /// `Sec-WebSocket-Extensions` breaks its grammar (RFC 6455 §9.1).
    #[error("Sec-WebSocket-Extensions must be a list of extensions: \"name; parameter=value\".")]
    Extensions,
    /// The request did not arrive in time (RFC 6455 §10.4).
    #[error("The request did not arrive in time.")]
    Late,
    /// As many connections are open as the server accepts (RFC 6455 §10.4).
    #[error("The server has reached its limit on connections: try again later.")]
    Busy,
}

impl Refusal {
    /// Returns this refusal as an error, unless its rule is kept.
    pub(crate) fn unless(self, kept: bool) -> Result<(), Self> {
        if kept { Ok(()) } else { Err(self) }
    }

    // ANCHOR: status
    /// Returns the status code of the answer.
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

    /// Returns how the request ended, for the person who runs the server.
    pub fn outcome(&self) -> String {
        match self {
            Self::PlainRequest => "was shown the page".to_owned(),
            _ => format!("was refused with {}: {self}", self.status().as_u16()),
        }
    }

    /// Returns the whole answer: the status, the headers that belong to it, and the sentence as its body.
    pub fn response(&self) -> Response<String> {
        let sentence = format!("{self}\n");
        let mut response = last_response(self.status(), "text/plain; charset=utf-8", sentence);
        let headers = response.headers_mut();
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
