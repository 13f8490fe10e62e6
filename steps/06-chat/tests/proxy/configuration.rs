//! The configurations of `deploy/`, with the ports and the paths of a test.

use std::net::SocketAddr;
use std::path::Path;

use testkit::ReverseProxy;

/// The names that the configurations are for: the chat by itself, and the chat below `/app/`.
pub(crate) const NAMES: [&str; 2] = ["chat.example.com", "www.example.com"];

/// A program that a configuration is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Make {
    Nginx,
    Haproxy,
    Caddy,
}

impl Make {
    pub(crate) const ALL: [Self; 3] = [Self::Nginx, Self::Haproxy, Self::Caddy];

    /// The file that the book shows.
    pub(crate) const fn file(self) -> &'static str {
        match self {
            Self::Nginx => include_str!("../../../../deploy/nginx.conf"),
            Self::Haproxy => include_str!("../../../../deploy/haproxy.cfg"),
            Self::Caddy => include_str!("../../../../deploy/Caddyfile"),
        }
    }

    /// The file with these further changes, and with what has to be different in a test.
    #[track_caller]
    pub(crate) fn start(
        self,
        processes: [SocketAddr; 2],
        certificates: &Path,
        changes: &[(&str, &str)],
    ) -> ReverseProxy {
        let [left, right] = processes.map(|address| address.to_string());
        let certificates = certificates.display().to_string();
        let ports: &[(&str, &str)] = match self {
            Self::Nginx => &[
                ("listen 80;", "listen 127.0.0.1:HTTP_PORT;"),
                ("listen 443 ssl;", "listen 127.0.0.1:HTTPS_PORT ssl;"),
                ("/etc/ssl/chat", &certificates),
                ("/var/log/nginx", "FOLDER"),
            ],
            Self::Haproxy => &[
                ("bind :80", "bind 127.0.0.1:HTTP_PORT"),
                ("bind :443", "bind 127.0.0.1:HTTPS_PORT"),
                ("/etc/ssl/chat", &certificates),
                // A test may not have as many file descriptors.
                ("maxconn 25000", "maxconn 200"),
            ],
            // testkit sets the ports of Caddy, and makes it its own authority for certificates.
            Self::Caddy => &[],
        };
        let processes = [("127.0.0.1:9006", &*left), ("127.0.0.1:9007", &*right)];
        let mut text = self.file().to_owned();
        for (from, to) in [changes, ports, &processes].concat() {
            assert!(self.file().contains(from), "{self:?} should have {from}:\n{text}");
            text = text.replace(from, to);
        }
        match self {
            Self::Nginx => ReverseProxy::nginx(&text),
            Self::Haproxy => ReverseProxy::haproxy(&text),
            Self::Caddy => ReverseProxy::caddy(&text, &NAMES),
        }
    }
}
