//! The host in a `Host` header, in a URL or in an origin.

use http::uri::Authority;

/// Is this a host, with a port or without? A user name before an `@` is not allowed in `Host`.
#[must_use]
pub fn names_a_host(host: &[u8]) -> bool {
    Authority::try_from(host).is_ok_and(|authority| {
        let port = authority.port().map(|port| format!(":{port}")).unwrap_or_default();
        authority.as_str() == format!("{}{port}", authority.host())
    })
}
