//! Decides which pages may use a server.
//!
//! A browser lets any page open a WebSocket to any server, and may send the visitor's cookies with it.
//! It also sends `Origin`, which a page cannot change. A common mistake is to ignore it (fault F6).

use clap::Args;
use http::HeaderMap;
use http::header::ORIGIN;
use url::{Host, Origin, Url};

use crate::secret::without_secrets;

/// The origins whose pages may use the server (RFC 6455 §10.2): its own, and those that are listed.
///
/// An origin is the server's own if two things are true. Its host is the one that the request is for,
/// and this host is one of the server's own names. The first is not enough: the owner of `evil.example`
/// can let that name point to the server's address. The visitor's browser then believes that the server
/// is `evil.example` (DNS rebinding).
#[derive(Args, Clone, Debug, Default)]
pub struct Origins {
    /// Also accept the pages of this origin, and its host as a name of this server; repeatable
    // The names localhost and *.localhost and all IP addresses are the server's own without this.
    #[arg(long = "origin", value_name = "https://EXAMPLE.COM", value_parser = parse)]
    listed: Vec<Origin>,
}

impl Origins {
    /// The origins that a server accepts besides its own, such as `https://example.com` or
    /// `http://localhost:3000`.
    ///
    /// # Errors
    /// A sentence about the first that is not an origin.
    pub fn listed(origins: &[String]) -> Result<Self, String> {
        Ok(Self { listed: origins.iter().map(|origin| parse(origin)).collect::<Result<_, _>>()? })
    }

    // ANCHOR: check
    /// Checks whether a page may use the server, by the headers of its request and the host that the
    /// request is for.
    ///
    /// A client that sends no `Origin` is not a browser. It could send any `Origin`, so there is
    /// nothing to check.
    ///
    /// # Errors
    /// [`ForeignOrigin`] if it may not.
    pub fn check(&self, headers: &HeaderMap, host: Option<&str>) -> Result<(), ForeignOrigin> {
        let mut lines = headers.get_all(ORIGIN).iter();
        let Some(line) = lines.next() else { return Ok(()) };
        let mut sent = String::from_utf8_lossy(line.as_bytes()).into_owned();
        // With two lines, a proxy could check one of them, and we the other.
        if lines.next().is_some() {
            sent.push_str(", and another");
        }
        match parse(&sent).ok() {
            Some(origin) if self.listed.contains(&origin) => Ok(()),
            Some(origin) if host.is_some_and(|host| self.is_own(&origin, host)) => Ok(()),
            origin => Err(ForeignOrigin::new(&sent, host, origin.as_ref())),
        }
    }
    // ANCHOR_END: check

    // ANCHOR: own
    /// Returns whether this is the origin that the request was sent to.
    ///
    /// The scheme is not compared, because the server behind a proxy for TLS does not know of `https`.
    /// Whole hosts are compared, not how they begin or end: `http://good.example.evil.example` belongs
    /// to the owner of `evil.example`.
    fn is_own(&self, origin: &Origin, host: &str) -> bool {
        let Origin::Tuple(scheme, ..) = origin else { return false };
        self.is_own_host(host) && parse(&format!("{scheme}://{host}")).as_ref() == Ok(origin)
    }

    /// Returns whether this host, with a port or without, is a name of this server: `localhost` or a
    /// name below it, an IP address, or the host of a listed origin. An attacker's
    /// DNS does not control these.
    pub fn is_own_host(&self, host: &str) -> bool {
        let Ok(Origin::Tuple(_, host, _)) = parse(&format!("http://{host}")) else { return false };
        let is_listed =
            |origin: &Origin| matches!(origin, Origin::Tuple(_, listed, _) if *listed == host);
        match &host {
            Host::Ipv4(_) | Host::Ipv6(_) => true,
            Host::Domain(name) if name == "localhost" || name.ends_with(".localhost") => true,
            Host::Domain(_) => self.listed.iter().any(is_listed),
        }
    }
    // ANCHOR_END: own
}

/// Reads an origin (RFC 6454 §4) as browsers do: `HTTP://[0:0::1]:80` is `http://[::1]`.
fn parse(text: &str) -> Result<Origin, String> {
    // An origin is a scheme, a host and a port. `Url` accepts more parts, and ignores spaces and
    // control characters.
    let is_other = |character: char| {
        character.is_whitespace() || character.is_control() || "/\\?#@*".contains(character)
    };
    let is_http = |scheme: &str| ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str());
    let parts = text.split_once("://");
    let is_right = parts.is_some_and(|(scheme, host)| is_http(scheme) && !host.contains(is_other));
    let url = Url::parse(text).ok().filter(|_| is_right);
    url.map(|url| url.origin()).ok_or_else(|| {
        let text = without_secrets(text);
        format!("\"{text}\" is not an origin: write it like https://example.com")
    })
}

/// A page whose origin may not use the server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The Origin {sent} is not allowed {place}. {advice}")]
pub struct ForeignOrigin {
    sent: String,
    place: String,
    advice: String,
}

impl ForeignOrigin {
    fn new(sent: &str, host: Option<&str>, origin: Option<&Origin>) -> Self {
        let allow =
            |origin: &Origin| format!("Allow it with --origin {}", origin.ascii_serialization());
        Self {
            // Quoted and escaped, because both were chosen by a stranger.
            sent: format!("{sent:?}"),
            place: host.map_or("without a Host".to_owned(), |host| format!("at the Host {host:?}")),
            advice: origin.map_or("No flag allows it.".to_owned(), allow),
        }
    }
}
