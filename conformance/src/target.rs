//! The server to judge: its address, and what each request to it must have.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use crate::tls::{Tls, Trust};

/// The headers that a check sets itself.
const OWN_HEADERS: [&str; 7] = [
    "Host",
    "Upgrade",
    "Connection",
    "Content-Length",
    "Transfer-Encoding",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Version",
];

/// Where the server is, and how to speak to it. The judge talks to no other address.
#[derive(Clone, Debug)]
pub struct Target {
    /// As it was written.
    pub url: String,
    /// How to speak TLS, if the address is `wss://`.
    pub tls: Option<Tls>,
    /// The value of `Host`.
    pub authority: String,
    /// The path, with a slash in front.
    pub path: String,
    /// The addresses of the host.
    pub addresses: Vec<SocketAddr>,
    /// More headers for each request.
    pub headers: Vec<Header>,
    /// The subprotocols to offer in each request. The server may choose one of them.
    pub subprotocols: Vec<String>,
}

/// Settings for each request to the server.
#[derive(Args, Clone, Debug, Default)]
pub struct TargetOptions {
    /// Send this header with each request, such as 'Authorization:Bearer 123', 'Cookie:id=1' or
    /// 'Origin:http://localhost'. May be repeated
    #[arg(long = "header", value_name = "NAME:VALUE", help_heading = "The server")]
    headers: Vec<Header>,

    /// Offer this subprotocol with each request. May be repeated
    #[arg(
        long = "subprotocol",
        value_name = "NAME",
        value_parser = subprotocol,
        help_heading = "The server"
    )]
    subprotocols: Vec<String>,

    /// For wss://, trust the certificates in this PEM file and those that they have issued, and
    /// no others. Without it, those of the public web are trusted
    #[arg(long, value_name = "FILE", help_heading = "The server")]
    ca: Option<PathBuf>,

    /// For wss://, trust any certificate
    #[arg(long, conflicts_with = "ca", help_heading = "The server")]
    insecure: bool,
}

impl TargetOptions {
    /// Returns the server at this address, with these settings for its requests.
    ///
    /// # Errors
    /// A sentence about an address that is wrong or cannot be looked up, or about the file of
    /// certificates.
    pub fn target(&self, url: &str) -> Result<Target, String> {
        let trust = match &self.ca {
            Some(file) => Trust::File(file.clone()),
            None if self.insecure => Trust::Anyone,
            None => Trust::PublicWeb,
        };
        let (headers, subprotocols) = (self.headers.clone(), self.subprotocols.clone());
        Ok(Target { headers, subprotocols, ..Target::new(url, &trust)? })
    }
}

impl Target {
    /// Reads `ws://HOST:PORT/PATH` or `wss://…` and looks up the host.
    fn new(url: &str, trust: &Trust) -> Result<Self, String> {
        let example = "an address looks like ws://127.0.0.1:9005/";
        let (has_tls, port, rest) = match url.split_once("://") {
            Some(("ws", rest)) => (false, 80, rest),
            Some(("wss", rest)) => (true, 443, rest),
            _ => return Err(format!("`{url}` is not a ws:// or wss:// address: {example}")),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let is_unusual = |byte| byte <= b' ' || byte == b'#';
        if authority.is_empty() || authority.contains('@') || rest.bytes().any(is_unusual) {
            return Err(format!("`{url}` has no host or a wrong path: {example}"));
        }
        let (host, has_port) = match authority.rsplit_once(':') {
            Some((host, _)) if !authority.ends_with(']') => (host, true),
            _ => (authority, false),
        };
        let with_port = if has_port { authority.to_owned() } else { format!("{authority}:{port}") };
        let addresses = with_port
            .to_socket_addrs()
            .map_err(|error| format!("`{authority}` cannot be looked up: {error}"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Ok(Self {
            url: url.to_owned(),
            tls: has_tls.then(|| Tls::new(host, trust)).transpose()?,
            authority: authority.to_owned(),
            path: if path.starts_with('/') { path.to_owned() } else { format!("/{path}") },
            addresses: addresses.collect(),
            headers: Vec::new(),
            subprotocols: Vec::new(),
        })
    }
}

impl FromStr for Target {
    type Err = String;

    /// Reads `ws://HOST:PORT/PATH` or `wss://…` and looks up the host.
    fn from_str(url: &str) -> Result<Self, String> {
        Self::new(url, &Trust::PublicWeb)
    }
}

/// A header of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The name, as it was written.
    pub name: String,
    /// The value, without spaces around it.
    pub value: String,
}

impl FromStr for Header {
    type Err = String;

    /// Reads `NAME:VALUE`.
    fn from_str(line: &str) -> Result<Self, String> {
        let Some((name, value)) = line.split_once(':') else {
            return Err("write NAME:VALUE".to_owned());
        };
        if !is_token(name) {
            return Err(format!("`{name}` is not the name of a header (RFC 9110 §5.1)"));
        }
        if value.contains(|letter: char| letter.is_ascii_control() && letter != '\t') {
            return Err("a value must not contain control characters (RFC 9110 §5.5)".to_owned());
        }
        if OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            return Err(format!("each check sets `{name}` itself"));
        }
        let option = match name.to_ascii_lowercase().as_str() {
            "sec-websocket-protocol" => Some("offer subprotocols with --subprotocol NAME"),
            "sec-websocket-extensions" => Some("the checks of compression offer extensions"),
            _ => None,
        };
        match option {
            Some(instead) => Err(instead.to_owned()),
            None => Ok(Self { name: name.to_owned(), value: value.trim().to_owned() }),
        }
    }
}

/// Reads the name of a subprotocol.
fn subprotocol(name: &str) -> Result<String, String> {
    if is_token(name) {
        Ok(name.to_owned())
    } else {
        Err("a subprotocol is letters, digits and !#$%&'*+-.^_`|~ (RFC 6455 §4.1)".to_owned())
    }
}

/// Whether this is a token (RFC 9110 §5.6.2).
fn is_token(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_may_have_a_port_and_a_path() {
        let target: Target = "ws://127.0.0.1:9005".parse().unwrap();
        assert_eq!((target.authority.as_str(), target.path.as_str()), ("127.0.0.1:9005", "/"));
        let target: Target = "ws://[::1]/echo?x=1".parse().unwrap();
        assert_eq!(target.addresses, ["[::1]:80".parse().unwrap()]);
        assert_eq!((target.authority.as_str(), target.path.as_str()), ("[::1]", "/echo?x=1"));
        let target: Target = "ws://127.0.0.1?room=1".parse().unwrap();
        assert_eq!((target.authority.as_str(), target.path.as_str()), ("127.0.0.1", "/?room=1"));
    }

    #[test]
    fn tls_has_a_port_of_its_own_and_a_name_without_a_port() {
        let target: Target = "wss://127.0.0.1".parse().unwrap();
        assert_eq!(target.addresses, ["127.0.0.1:443".parse().unwrap()]);
        assert_eq!(target.tls.unwrap().name.to_str(), "127.0.0.1");
        let target: Target = "wss://[::1]:8443/".parse().unwrap();
        assert_eq!(target.tls.unwrap().name.to_str(), "::1");
        assert!("ws://127.0.0.1".parse::<Target>().unwrap().tls.is_none());
    }

    #[test]
    fn what_is_no_address_is_named() {
        for url in ["http://127.0.0.1/", "127.0.0.1:9005", "ws://", "ws:///echo", "ws://a b/"] {
            let problem = url.parse::<Target>().unwrap_err();
            assert!(problem.contains(url) && problem.contains("looks like"), "{problem}");
        }
        assert!("ws://127.0.0.1:x/".parse::<Target>().unwrap_err().contains("looked up"));
    }

    #[test]
    fn a_header_has_a_name_and_a_value_that_may_be_sent() {
        let header: Header = "Authorization: Bearer a:b ".parse().unwrap();
        assert_eq!((header.name.as_str(), header.value.as_str()), ("Authorization", "Bearer a:b"));
        for (wrong, due) in [
            ("Cookie", "NAME:VALUE"),
            (": a", "not the name"),
            ("My Header: a", "not the name"),
            ("X-A: a\r\nX-B: b", "control characters"),
            ("host: a", "itself"),
            ("Sec-WebSocket-Protocol: a", "--subprotocol"),
        ] {
            let problem = wrong.parse::<Header>().unwrap_err();
            assert!(problem.contains(due), "{wrong}: {problem}");
        }
    }

    #[test]
    fn a_subprotocol_is_a_token() {
        assert_eq!(subprotocol("chat.v2").unwrap(), "chat.v2");
        for wrong in ["", "a b", "a,b", "ä"] {
            assert!(subprotocol(wrong).is_err(), "{wrong}");
        }
    }
}
