//! What a page may load, run and connect to: its `Content-Security-Policy`.
//!
//! If a message ever became HTML in a page (fault F17), this policy would keep a script in it from
//! running. It allows no inline scripts and styles in general. It names the digest of each one that
//! belongs to the page.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The policy of an answer that is not a page: it has no inline scripts or styles.
///
/// `'self'` includes WebSockets to the same host, for `connect-src`. The icon of a page is a `data:`
/// URL, so that no browser asks for one.
pub(crate) const POLICY: &str = "default-src 'self'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What a page may connect to.
const CONNECT: &str = "connect-src 'self'";

// ANCHOR: policy_of
/// Returns the policy of a page: of its inline scripts and styles, a browser uses those that are in
/// `document` now. From a page of a step that `is_playground`, readers also try out servers of their
/// own in the console, so it may connect to any WebSocket.
pub(crate) fn policy_of(document: &str, is_playground: bool) -> String {
    let [scripts, styles] = ["script", "style"].map(|element| digests(document, element));
    let policy = format!("script-src{scripts}; style-src{styles}; {POLICY}");
    if is_playground { policy.replace(CONNECT, &format!("{CONNECT} ws:")) } else { policy }
}
// ANCHOR_END: policy_of

/// Returns the digests of all elements with this name, as a policy lists them.
fn digests(document: &str, element: &str) -> String {
    let (start, end) = (format!("<{element}"), format!("</{element}>"));
    let behind_starts = document.split(&start).skip(1);
    let texts = behind_starts.filter_map(|behind| {
        let (_attributes, behind) = behind.split_once('>')?;
        behind.split_once(&end).map(|(text, _)| text)
    });
    texts.map(|text| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(text)))).collect()
}
