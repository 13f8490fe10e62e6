//! The digest of a session.

use sha2::{Digest, Sha256};

/// Returns the digest of a session, by which a visitor can be recognised and from which nobody learns
/// the session. The log is kept in places that others may read. An empty session has an empty digest.
pub fn digest(session: &str) -> String {
    use std::fmt::Write;

    let mut text = String::new();
    if !session.is_empty() {
        for byte in &Sha256::digest(session)[..16] {
            // Writing to a text cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
    }
    text
}
