//! The URL of a Redis, checked before anything connects to it.

use redis::Client;

/// Marks the place of what is not repeated in a message.
const HIDDEN: &str = "***";

/// A URL that names no Redis. The message does not repeat user names, passwords or parameters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot use {url}: {reason}; write it like redis://127.0.0.1:6379")]
pub struct InvalidRedisUrl {
    url: String,
    reason: String,
}

/// Reads the URL of a Redis. The client that is returned has not connected yet.
///
/// # Errors
/// [`InvalidRedisUrl`] if `url` is not a URL of a Redis, or asks for TLS, which is not supported.
pub fn redis_client(url: &str) -> Result<Client, InvalidRedisUrl> {
    Client::open(url).map_err(|error| {
        // The library ends its messages with the name of an error code.
        let reason = error.to_string();
        let reason = reason.split(" - ").next().unwrap_or_default().to_owned();
        InvalidRedisUrl { url: without_secrets(url), reason }
    })
}

/// Returns a URL in which everything is hidden that may hold a password: the part before the last
/// `@`, and the query (`?pass=…` in the URL of a Unix socket).
fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let separator = if scheme.is_empty() { "" } else { "://" };
    let (user, host) = match rest.rsplit_once('@') {
        Some((_, host)) => (format!("{HIDDEN}@"), host),
        None => (String::new(), rest),
    };
    let (host, query) = match host.split_once('?') {
        Some((host, _)) => (host, format!("?{HIDDEN}")),
        None => (host, String::new()),
    };
    format!("{scheme}{separator}{user}{host}{query}")
}
