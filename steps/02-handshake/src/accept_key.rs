//! The accept value: it shows the client that the server has understood the request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// The text that RFC 6455 §1.3 chose. A server that does not know WebSocket would not use it.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Returns the value of `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key`: the SHA-1 of the key
/// followed by the GUID, in base64 (RFC 6455 §4.2.2).
///
/// This is a hash without a secret, so it is not encryption and not an HMAC. The client does not
/// decrypt it: it computes the same value and compares (fault F5).
pub fn accept_key(key: &str) -> String {
    STANDARD.encode(Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

/// Returns whether `key` is sixteen bytes in base64, as RFC 6455 §4.1 demands.
pub(crate) fn is_key(key: &[u8]) -> bool {
    STANDARD.decode(key).is_ok_and(|nonce| nonce.len() == 16)
}
