//! Who takes part.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::{Profile, Server, build};

use crate::machine::Cores;

/// The name of the peer that is measured if its program is given.
pub const UWEBSOCKETS: &str = "uWebSockets";
/// The name of the floor.
pub const RAW: &str = "raw TCP";

/// The program that is all of the libraries' servers.
const PEERS: &str = "peer";

/// Someone who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The name, in tables.
    pub name: &'static str,
    /// The name of its program.
    program: &'static str,
    /// Its arguments besides the address.
    arguments: &'static [&'static str],
    /// The package whose version counts.
    package: Option<&'static str>,
    /// Does it speak WebSocket?
    pub is_websocket: bool,
    /// Does it compress?
    pub compresses: bool,
    /// How many connections it takes.
    pub connections_max: usize,
    /// Does it greet newcomers?
    pub greets: bool,
    /// The path of its echo, or the beginning of those of its room.
    path: &'static str,
    /// The path of its echo with compression.
    compressed_path: &'static str,
}

/// Those that echo.
pub const ECHO: [Peer; 12] = [
    Peer { compresses: true, ..peer("step 5", "echo") },
    // It has a thread for each connection, and so the limit of step 1.
    Peer { connections_max: 256, ..peer("step 5a", "echo-5a") },
    peer("step 5b", "echo-5b"),
    Peer { compresses: true, compressed_path: "/compressed", ..peer(UWEBSOCKETS, UWEBSOCKETS) },
    RAW_TCP,
    library("fastwebsockets", "fastwebsockets", &["fastwebsockets"]),
    Peer { compresses: true, ..library("sockudo-ws", "sockudo-ws", &["sockudo-ws"]) },
    library("tokio-websockets", "tokio-websockets", &["tokio-websockets"]),
    Peer { compresses: true, ..library("wtx", "wtx", &["wtx"]) },
    Peer { compresses: true, ..library("yawc", "yawc", &["yawc"]) },
    library("tungstenite", "tokio-tungstenite", &["tungstenite"]),
    library("tungstenite, each", "tokio-tungstenite", &["tungstenite-each"]),
];

/// Those that have a room.
pub const FANOUT: [Peer; 4] = [
    Peer {
        // The chat delays members who send more than this, and the bench measures just that.
        arguments: &["--rate", "1000000"],
        greets: true,
        path: "/ws/bench/",
        ..peer("step 6", "chat")
    },
    Peer { path: "/room/", ..peer(UWEBSOCKETS, UWEBSOCKETS) },
    Peer { arguments: &["raw-room"], ..RAW_TCP },
    library("tungstenite", "tokio-tungstenite", &["tungstenite-room"]),
];

/// The floor, which knows nothing of WebSocket.
const RAW_TCP: Peer = Peer { is_websocket: false, arguments: &["raw"], ..peer(RAW, PEERS) };

const fn peer(name: &'static str, program: &'static str) -> Peer {
    Peer {
        name,
        program,
        arguments: &[],
        package: None,
        is_websocket: true,
        compresses: false,
        connections_max: usize::MAX,
        greets: false,
        path: "/",
        compressed_path: "/",
    }
}

const fn library(
    name: &'static str,
    package: &'static str,
    arguments: &'static [&'static str],
) -> Peer {
    Peer { package: Some(package), arguments, ..peer(name, PEERS) }
}

/// The programs that there are, by name: those of the peers, and the load.
#[derive(Debug, Default)]
pub struct Programs(pub BTreeMap<String, PathBuf>);

impl Programs {
    /// Builds them all; uWebSockets is given.
    ///
    /// # Errors
    /// When cargo cannot, or uWebSockets is not where it is said to be.
    pub fn build(uwebsockets: Option<PathBuf>) -> Result<Self, String> {
        let packages = ["--bins", "-p", "bench", "-p", "echo", "-p", "chat"];
        if let Some(given) = uwebsockets.as_ref().filter(|given| !given.is_file()) {
            return Err(format!("--uwebsockets: there is no program {}", given.display()));
        }
        let mut programs = build(&packages, Profile::Fastest)?;
        programs.extend(uwebsockets.map(|given| (UWEBSOCKETS.to_owned(), given)));
        Ok(Self(programs))
    }

    /// Where the program with this name is.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn path(&self, name: &str) -> Result<&Path, String> {
        let path = self.0.get(name).map(PathBuf::as_path);
        path.ok_or_else(|| format!("there is no program `{name}`"))
    }

    /// Those of `peers` whose programs there are.
    pub fn there(&self, peers: &[Peer]) -> Vec<Peer> {
        peers.iter().filter(|peer| self.0.contains_key(peer.program)).copied().collect()
    }

    /// Starts a peer's server, on a core of its own if there are enough.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(&self, peer: &Peer) -> Result<Server, String> {
        let mut command = Command::new(self.path(peer.program)?);
        command.arg(Server::ANY_PORT).args(peer.arguments).env("TOKIO_WORKER_THREADS", "1");
        Cores::on(|cores| cores.server, || Server::launch(command))
    }
}

impl Peer {
    /// The path to ask for.
    pub fn path(&self, is_compressed: bool) -> &'static str {
        if is_compressed { self.compressed_path } else { self.path }
    }

    /// The version of its library, as this workspace has locked it.
    pub fn version(&self) -> Option<String> {
        let lock = include_str!("../../Cargo.lock");
        let (_, behind) =
            lock.split_once(&format!("name = \"{}\"\nversion = \"", self.package?))?;
        Some(behind.split('"').next()?.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_library_has_a_version() {
        for peer in ECHO.iter().chain(&FANOUT).filter(|peer| peer.package.is_some()) {
            let version = peer.version().unwrap_or_default();
            assert!(version.starts_with(|first: char| first.is_ascii_digit()), "{peer:?}");
        }
    }
}
