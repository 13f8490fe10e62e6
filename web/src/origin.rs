//! Which pages may connect: the only protection that a server has against foreign pages.
//!
//! A browser lets any page open a WebSocket to any server, and sends the visitor's cookies along.
//! What it also sends, and a page cannot change, is `Origin`. The tutorials ignore it (fault F6).

use clap::Args;
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, HeaderValue};

use crate::host::names_a_host;

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

/// Reads an origin, and writes it as browsers do: in small letters, and without the port that its
/// scheme has by itself. `null`, and whatever else is no `http` or `https` origin, is none.
fn origin(entry: &str) -> Result<String, String> {
    let origin = entry.to_ascii_lowercase();
    let (host, standard_port) = match origin.split_once("://") {
        Some(("http", host)) => (host, ":80"),
        Some(("https", host)) => (host, ":443"),
        _ => ("", ""),
    };
    // An origin is a scheme, a host and a port (RFC 6454 §6.2), and not a character more.
    if !names_a_host(host.as_bytes()) {
        return Err(format!("\"{entry}\" is no origin: write it like https://example.com"));
    }
    Ok(origin.strip_suffix(standard_port).unwrap_or(&origin).to_owned())
}

// ANCHOR: is_own
/// Is `sent` the origin that the request was sent to, by its `Host`?
///
/// The scheme is not compared: behind a proxy that ends TLS, we would see `https` on one side only.
/// Whole hosts are compared, never beginnings or ends: `http://good.example.evil.example` is evil's.
fn is_own(sent: &str, headers: &HeaderMap) -> bool {
    let Some((scheme, _)) = sent.split_once("://") else { return false };
    let Some(Ok(host)) = headers.get(HOST).map(HeaderValue::to_str) else { return false };
    origin(sent).is_ok_and(|sent| origin(&format!("{scheme}://{host}")) == Ok(sent))
}
// ANCHOR_END: is_own
