//! Who takes part.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::machine::Cores;
use crate::process::{Process, start_server, start_silent_server};

/// The name of the peer that is measured if it is given.
pub const UWEBSOCKETS: &str = "uWebSockets";
/// The name of the floor.
pub const RAW: &str = "raw TCP";

/// Someone who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The name, in tables.
    pub name: &'static str,
    /// The program, which belongs to this workspace; `None` if it is given.
    program: Option<&'static str>,
    /// What it is told besides the address.
    arguments: &'static [&'static str],
    /// The package whose version counts.
    package: Option<&'static str>,
    /// Does it speak WebSocket?
    pub is_websocket: bool,
    /// Does it compress?
    pub compresses: bool,
    /// Does it greet newcomers?
    pub greets: bool,
    /// The path of its echo, or the beginning of those of its room.
    path: &'static str,
    /// The path of its echo with compression.
    compressed_path: &'static str,
}

const PEER: Peer = Peer {
    name: "",
    program: None,
    arguments: &[],
    package: None,
    is_websocket: true,
    compresses: false,
    greets: false,
    path: "/",
    compressed_path: "/",
};

/// Those who say everything back.
pub const ECHO: [Peer; 9] = [
    Peer { name: "step 5", program: Some("echo"), compresses: true, ..PEER },
    Peer { name: UWEBSOCKETS, compresses: true, compressed_path: "/compressed", ..PEER },
    Peer { name: RAW, program: Some("peer_raw"), is_websocket: false, ..PEER },
    Peer {
        name: "fastwebsockets",
        program: Some("peer_fastwebsockets"),
        package: Some("fastwebsockets"),
        ..PEER
    },
    Peer {
        name: "sockudo-ws",
        program: Some("peer_sockudo_ws"),
        package: Some("sockudo-ws"),
        compresses: true,
        ..PEER
    },
    Peer {
        name: "tokio-websockets",
        program: Some("peer_tokio_websockets"),
        package: Some("tokio-websockets"),
        ..PEER
    },
    Peer {
        name: "yawc",
        program: Some("peer_yawc"),
        package: Some("yawc"),
        compresses: true,
        ..PEER
    },
    Peer {
        name: "tungstenite",
        program: Some("peer_tungstenite"),
        package: Some("tokio-tungstenite"),
        ..PEER
    },
    Peer {
        name: "tungstenite, each",
        program: Some("peer_tungstenite"),
        arguments: &["each"],
        package: Some("tokio-tungstenite"),
        ..PEER
    },
];

/// Those who have a room.
pub const FANOUT: [Peer; 4] = [
    Peer {
        name: "step 6",
        program: Some("chat"),
        // Whoever says more than this is heard later, and here that is the whole point.
        arguments: &["--rate", "1000000"],
        greets: true,
        path: "/ws/bench/",
        ..PEER
    },
    Peer { name: UWEBSOCKETS, path: "/room/", ..PEER },
    Peer { name: RAW, program: Some("fanout_raw"), is_websocket: false, ..PEER },
    Peer {
        name: "tungstenite",
        program: Some("fanout_tungstenite"),
        package: Some("tokio-tungstenite"),
        ..PEER
    },
];

/// The programs of those who take part.
#[derive(Debug, Default)]
pub struct Programs {
    built: BTreeMap<String, PathBuf>,
    uwebsockets: Option<PathBuf>,
}

impl Programs {
    /// Builds them all, and the load.
    ///
    /// # Errors
    /// When cargo cannot, or uWebSockets is not where it is said to be.
    pub fn build(uwebsockets: Option<PathBuf>) -> Result<Self, String> {
        if let Some(given) = uwebsockets.as_ref().filter(|given| !given.is_file()) {
            return Err(format!("--uwebsockets: there is no program {}", given.display()));
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
        let output = Command::new(cargo)
            .args(["build", "--release", "--bins", "-p", "bench", "-p", "echo", "-p", "chat"])
            .args(["--message-format=json-render-diagnostics", "--manifest-path", manifest])
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("cargo cannot be started: {error}"))?;
        if !output.status.success() {
            return Err("cargo could not build the servers: see above".to_owned());
        }
        let built = executables(&String::from_utf8_lossy(&output.stdout));
        Ok(Self { built, uwebsockets })
    }

    /// The same for programs that are there already.
    #[must_use]
    pub fn of(built: BTreeMap<String, PathBuf>) -> Self {
        Self { built, uwebsockets: None }
    }

    /// Where one of the workspace's own programs is.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn own(&self, name: &str) -> Result<&Path, String> {
        let program = self.built.get(name).map(PathBuf::as_path);
        program.ok_or_else(|| format!("cargo has built no `{name}`"))
    }

    /// Those of `peers` that are there.
    #[must_use]
    pub fn there(&self, peers: &[Peer]) -> Vec<Peer> {
        let is_there = |peer: &&Peer| peer.program.is_some() || self.uwebsockets.is_some();
        peers.iter().filter(is_there).copied().collect()
    }

    /// Starts a peer's server, on a core of its own if there are enough.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(&self, peer: &Peer) -> Result<(Process, SocketAddr), String> {
        let start = || {
            let Some(program) = peer.program else {
                let program = self.uwebsockets.as_deref().ok_or("it is not there")?;
                return start_silent_server(Command::new(program));
            };
            let mut command = Command::new(self.own(program)?);
            command.arg("127.0.0.1:0").args(peer.arguments);
            start_server(command)
        };
        match Cores::find() {
            Some(cores) => Cores::on(cores.server, start),
            None => start(),
        }
    }
}

impl Peer {
    /// The path to ask for.
    #[must_use]
    pub fn path(&self, is_compressed: bool) -> &'static str {
        if is_compressed { self.compressed_path } else { self.path }
    }

    /// The version of its library, as this workspace has locked it.
    #[must_use]
    pub fn version(&self) -> Option<String> {
        let lock = include_str!("../../Cargo.lock");
        let (_, behind) =
            lock.split_once(&format!("name = \"{}\"\nversion = \"", self.package?))?;
        Some(behind.split('"').next()?.to_owned())
    }
}

/// The executables in what cargo says in JSON, a message a line.
fn executables(messages: &str) -> BTreeMap<String, PathBuf> {
    let executable = |line: &str| {
        let message: Value = serde_json::from_str(line).ok()?;
        let path = message["executable"].as_str()?.into();
        Some((message["target"]["name"].as_str()?.to_owned(), path))
    };
    messages.lines().filter_map(executable).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executables_are_found_among_what_cargo_says() {
        let messages = r#"
{"reason":"compiler-artifact","target":{"name":"bytes"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"load"},"executable":"/target/load"}
{"reason":"build-finished","success":true}"#;
        let found = executables(messages);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [("load".into(), "/target/load".into())]);
    }

    #[test]
    fn every_library_has_a_version() {
        for peer in ECHO.iter().chain(&FANOUT).filter(|peer| peer.package.is_some()) {
            let version = peer.version().unwrap_or_default();
            assert!(version.starts_with(|first: char| first.is_ascii_digit()), "{peer:?}");
        }
    }
}
