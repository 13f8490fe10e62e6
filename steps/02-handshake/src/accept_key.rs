//! How a server proves that it has read the request as a WebSocket handshake.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// The string that RFC 6455 §1.3 chose. No server that does not know WebSocket would use it.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The value of `Sec-WebSocket-Accept` for the `Sec-WebSocket-Key` of a request: the base64 form of
/// the SHA-1 of the key followed by the GUID (RFC 6455 §4.2.2).
///
/// This is a hash, and neither an encryption nor an HMAC, because it contains no secret. The client
/// does not decrypt it: it computes the same value and compares (fault F5).
pub fn accept_key(key: &str) -> String {
    STANDARD.encode(Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

/// Is `key` the base64 form of sixteen bytes, as RFC 6455 §4.1 asks of a client?
pub(crate) fn is_key(key: &[u8]) -> bool {
    STANDARD.decode(key).is_ok_and(|nonce| nonce.len() == 16)
}
