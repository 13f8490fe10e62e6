//! What is judged, and how.

use std::net::{SocketAddr, ToSocketAddrs};
use std::str::FromStr;
use std::time::Duration;

/// Where the server is. The checker talks to no other address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// As it was written.
    pub url: String,
    /// The value of `Host`.
    pub authority: String,
    /// The path, with a slash in front.
    pub path: String,
    /// The addresses of the host.
    pub addresses: Vec<SocketAddr>,
}

impl FromStr for Judged {
    type Err = String;

    /// Reads `ws://HOST:PORT/PATH` and looks up the host.
    fn from_str(url: &str) -> Result<Self, String> {
        let example = "an address looks like ws://127.0.0.1:9005/";
        let rest = match url.split_once("://") {
            Some(("ws", rest)) => rest,
            Some(("wss", _)) => {
                return Err("the checker does not speak TLS: give it the ws:// address of the \
                            server behind the one that does"
                    .to_owned());
            }
            _ => return Err(format!("`{url}` is not a ws:// address: {example}")),
        };
        let end = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let is_unusual = |byte| byte <= b' ' || byte == b'#';
        if authority.is_empty() || authority.contains(['?', '@']) || rest.bytes().any(is_unusual) {
            return Err(format!("`{url}` has no host or a wrong path: {example}"));
        }
        let has_port = authority.rsplit(']').next().is_some_and(|rest| rest.contains(':'));
        let with_port = if has_port { authority.to_owned() } else { format!("{authority}:80") };
        let addresses = with_port
            .to_socket_addrs()
            .map_err(|error| format!("`{authority}` cannot be looked up: {error}"))?;
        Ok(Self {
            url: url.to_owned(),
            authority: authority.to_owned(),
            path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
            addresses: addresses.collect(),
        })
    }
}

/// What to check and how long to wait.
#[derive(Clone, Debug)]
pub struct Options {
    /// The server.
    pub judged: Judged,
    /// The highest level to check, 1 to 6.
    pub level: u8,
    /// Whether to run the hostile checks too.
    pub hostile: bool,
    /// The path of the rooms, for level 6: `/ws` if `/ws/ROOM/NAME` is a place in a room.
    pub rooms: String,
    /// How long an answer may take.
    pub answer: Duration,
    /// How long a server may wait for a peer that is silent, in the hostile checks.
    pub patience: Duration,
    /// The longest message that the server takes, in bytes, if that is known.
    pub message_max: Option<u64>,
    /// The server's process, if its memory is to be looked at.
    pub pid: Option<u32>,
    /// Only these checks, and those that they need; all, if it is empty.
    pub only: Vec<String>,
}

impl Options {
    /// All checks of levels 1 to 5 except the hostile ones, which suit most servers.
    pub fn new(judged: Judged) -> Self {
        Self {
            judged,
            level: 5,
            hostile: false,
            rooms: "/ws".to_owned(),
            answer: Duration::from_secs(2),
            patience: Duration::from_secs(30),
            message_max: None,
            pid: None,
            only: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_may_have_a_port_and_a_path() {
        let judged: Judged = "ws://127.0.0.1:9005".parse().unwrap();
        assert_eq!((judged.authority.as_str(), judged.path.as_str()), ("127.0.0.1:9005", "/"));
        let judged: Judged = "ws://[::1]/echo?x=1".parse().unwrap();
        assert_eq!(judged.addresses, ["[::1]:80".parse().unwrap()]);
        assert_eq!((judged.authority.as_str(), judged.path.as_str()), ("[::1]", "/echo?x=1"));
    }

    #[test]
    fn what_is_no_address_is_named() {
        for url in ["http://127.0.0.1/", "127.0.0.1:9005", "ws://", "ws:///echo", "ws://a b/"] {
            let problem = url.parse::<Judged>().unwrap_err();
            assert!(problem.contains(url) && problem.contains("looks like"), "{problem}");
        }
        assert!("wss://127.0.0.1/".parse::<Judged>().unwrap_err().contains("TLS"));
        assert!("ws://127.0.0.1:x/".parse::<Judged>().unwrap_err().contains("looked up"));
    }
}
