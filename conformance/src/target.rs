//! The address of the server to judge.

use std::net::{SocketAddr, ToSocketAddrs};
use std::str::FromStr;

/// Where the server is. The checker talks to no other address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As it was written.
    pub url: String,
    /// Whether it is `wss://`, so that TLS comes first.
    pub tls: bool,
    /// The value of `Host`.
    pub authority: String,
    /// The path, with a slash in front.
    pub path: String,
    /// The addresses of the host.
    pub addresses: Vec<SocketAddr>,
}

impl FromStr for Target {
    type Err = String;

    /// Reads `ws://HOST:PORT/PATH` and looks up the host.
    fn from_str(url: &str) -> Result<Self, String> {
        let example = "an address looks like ws://127.0.0.1:9005/";
        let (tls, port, rest) = match url.split_once("://") {
            Some(("ws", rest)) => (false, 80, rest),
            Some(("wss", rest)) => (true, 443, rest),
            _ => return Err(format!("`{url}` is not a ws:// address: {example}")),
        };
        let end = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let is_unusual = |byte| byte <= b' ' || byte == b'#';
        if authority.is_empty() || authority.contains(['?', '@']) || rest.bytes().any(is_unusual) {
            return Err(format!("`{url}` has no host or a wrong path: {example}"));
        }
        let has_port = authority.rsplit(']').next().is_some_and(|rest| rest.contains(':'));
        let with_port = if has_port { authority.to_owned() } else { format!("{authority}:{port}") };
        let addresses = with_port
            .to_socket_addrs()
            .map_err(|error| format!("`{authority}` cannot be looked up: {error}"))?;
        Ok(Self {
            url: url.to_owned(),
            tls,
            authority: authority.to_owned(),
            path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
            addresses: addresses.collect(),
        })
    }
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
    }

    #[test]
    fn tls_has_a_port_of_its_own() {
        let target: Target = "wss://127.0.0.1".parse().unwrap();
        assert!(target.tls);
        assert_eq!(target.addresses, ["127.0.0.1:443".parse().unwrap()]);
    }

    #[test]
    fn what_is_no_address_is_named() {
        for url in ["http://127.0.0.1/", "127.0.0.1:9005", "ws://", "ws:///echo", "ws://a b/"] {
            let problem = url.parse::<Target>().unwrap_err();
            assert!(problem.contains(url) && problem.contains("looks like"), "{problem}");
        }
        assert!("ws://127.0.0.1:x/".parse::<Target>().unwrap_err().contains("looked up"));
    }
}
