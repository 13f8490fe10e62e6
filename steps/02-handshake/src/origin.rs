//! Which pages may connect: the only protection that a server has against foreign pages.
//!
//! A browser lets any page open a WebSocket to any server, and sends the visitor's cookies along.
//! What it also sends, and a page cannot change, is `Origin`. The tutorials ignore it (fault F6).

use clap::Args;
use http::HeaderMap;
use http::header::{HOST, ORIGIN};
use http::uri::{Authority, Scheme, Uri};

/// The origins whose pages may connect (RFC 6455 §10.2): the server's own, always, and a list.
///
/// Who sends no `Origin` is no browser. Such a client could send any `Origin` it likes, so there is
/// nothing to check.
#[derive(Args, Clone, Debug, Default)]
pub struct Origins {
    /// Also let in the pages of this origin (the server's own may always connect); repeatable
    #[arg(long = "origin", value_name = "https://EXAMPLE.COM", value_parser = origin)]
    listed: Vec<String>,
}

impl Origins {
    /// Also lets in the pages of `listed`, each in the form `https://example.com` or
    /// `http://localhost:3000`.
    ///
    /// # Errors
    /// A sentence about the first entry that is no origin.
    pub fn listed(listed: &[String]) -> Result<Self, String> {
        Ok(Self { listed: listed.iter().map(|entry| origin(entry)).collect::<Result<_, _>>()? })
    }

    // ANCHOR: check
    /// May the page that sent these headers connect?
    ///
    /// # Errors
    /// The origin that may not.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), String> {
        let mut origins = headers.get_all(ORIGIN).iter();
        let Some(origin) = origins.next() else { return Ok(()) };
        let origin = String::from_utf8_lossy(origin.as_bytes()).to_ascii_lowercase();
        if origins.next().is_some() {
            return Err(format!("{origin}, and another"));
        }
        if self.listed.contains(&origin) || is_own(&origin, headers) { Ok(()) } else { Err(origin) }
    }
    // ANCHOR_END: check
}

/// Reads an origin, in the form in which browsers send it.
fn origin(entry: &str) -> Result<String, String> {
    let origin = entry.to_ascii_lowercase();
    let Some((.., standard_port)) = host_and_port(&origin) else {
        return Err(format!("\"{entry}\" is no origin: write it like https://example.com"));
    };
    // Browsers leave out the port that a scheme has by itself.
    Ok(origin.strip_suffix(&format!(":{standard_port}")).unwrap_or(&origin).to_owned())
}

// ANCHOR: is_own
/// Is `origin` the one that the request was sent to, by its `Host`?
///
/// The scheme is not compared: behind a proxy that ends TLS, we would see `https` on one side only.
/// Whole hosts are compared, never beginnings or ends: `http://good.example.evil.example` is evil's.
fn is_own(origin: &str, headers: &HeaderMap) -> bool {
    let Some((origin_host, origin_port, standard_port)) = host_and_port(origin) else {
        return false;
    };
    let host = headers.get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
    host.is_some_and(|host| {
        host.host().eq_ignore_ascii_case(&origin_host)
            && host.port_u16().unwrap_or(standard_port) == origin_port
    })
}
// ANCHOR_END: is_own

/// Takes an origin apart: its host, its port, and the port that its scheme has by itself.
/// `None` for `null` and for whatever else is no `http` or `https` origin.
fn host_and_port(origin: &str) -> Option<(String, u16, u16)> {
    let uri = Uri::try_from(origin).ok()?;
    let standard_port = match uri.scheme()? {
        scheme if *scheme == Scheme::HTTP => 80,
        scheme if *scheme == Scheme::HTTPS => 443,
        _ => return None,
    };
    let authority = uri.authority()?;
    // An origin is a scheme, a host and a port (RFC 6454 §6.2), and not a character more.
    let exact = format!("{}://{}", uri.scheme_str()?, without_user(authority));
    (exact == origin).then(|| {
        (authority.host().to_owned(), authority.port_u16().unwrap_or(standard_port), standard_port)
    })
}

/// The host, with its port if there is one.
pub(crate) fn without_user(authority: &Authority) -> String {
    let port = authority.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", authority.host())
}
