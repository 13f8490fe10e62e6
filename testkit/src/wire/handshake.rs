//! The two headers of the opening handshake that depend on each other (RFC 6455 §4.2.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};

/// The key of the example in RFC 6455 §1.3, which every test that opens a connection sends.
pub const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
/// The answer to [`KEY`].
pub const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
/// The text that is appended to the key before it is hashed.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The request of an opening handshake (RFC 6455 §4.1), with further headers.
pub fn upgrade_request(host: &str, target: &str, headers: &[(&str, &str)]) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n{}\r\n",
        header_lines(headers)
    )
}

/// Headers as they are sent, each with its line end.
pub(crate) fn header_lines(headers: &[(&str, &str)]) -> String {
    headers.iter().flat_map(|(name, value)| [*name, ": ", *value, "\r\n"]).collect()
}

/// The answer to a key.
pub fn accept_value(key: &str) -> String {
    STANDARD.encode(Sha1::digest(format!("{key}{GUID}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_is_answered() {
        assert_eq!(accept_value(KEY), ACCEPT);
    }
}
