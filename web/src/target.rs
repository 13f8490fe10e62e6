//! The target of a request: which resource it asks for.

use http::Uri;

use crate::host::names_a_host;
use crate::uri_characters::is_made_of;

/// Is this a path, perhaps with a query, as RFC 3986 writes them? It must begin with a slash. Other
/// characters than those of §3.3 and §3.4 must be percent-encoded, and a fragment is never sent.
pub fn is_path_and_query(text: &str) -> bool {
    text.starts_with('/') && is_made_of(text, ":@/?")
}

/// Reads the target of a request: a path and a query, or a whole `http` URL, as it is sent to a
/// proxy (RFC 9112 §3.2.1 and §3.2.2).
pub fn parse_target(target: &[u8]) -> Option<Uri> {
    let text = str::from_utf8(target).ok()?;
    if is_path_and_query(text) || is_url(text) { Uri::try_from(text).ok() } else { None }
}

fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let is_http = ["http", "https"].iter().any(|http| http.eq_ignore_ascii_case(scheme));
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    is_http && names_a_host(host.as_bytes()) && is_made_of(path, ":@/?")
}
