//! The proof that a server has read the request as a WebSocket handshake.

use handshake::accept_key;

/// RFC 6455 §1.3 and §4.2.2, by the RFC's own example.
#[test]
fn the_accept_value_is_the_hash_of_the_key_and_the_guid() {
    assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

/// RFC 6455 §4.2.2, by the key of a real browser, which the source documents show. They call this
/// an HMAC and an encryption (fault F5), but whoever knows the key can compute it.
#[test]
fn the_accept_value_needs_no_secret() {
    assert_eq!(accept_key("kJXuOKsrl3AR1KeFngRElQ=="), "lCaWI6ZCGd5I25+0bJrVqBOcDYc=");
}

/// RFC 6455 §4.2.2: the key is hashed as it is sent, in base64, and not decoded before.
#[test]
fn another_key_has_another_accept_value() {
    assert_ne!(accept_key("kJXuOKsrl3AR1KeFngRElQ=="), accept_key("kJXuOKsrl3AR1KeFngRElQ"));
}
