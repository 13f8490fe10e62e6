//! The servers that are compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::{Profile, Server, build};

use crate::machine::Cores;

/// The name of the peer that is measured only if the path of its program is given.
pub const UWEBSOCKETS: &str = "uWebSockets";
/// The name of the baseline.
pub const RAW: &str = "raw TCP";
/// The name of the chat of step 6, with which step 7 is compared.
pub const STEP_6: &str = "step 6";

/// The program that contains all servers of other Rust libraries.
const PEERS: &str = "peer";

/// A server that is compared with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The name in tables.
    pub name: &'static str,
    /// The name of its program.
    program: &'static str,
    /// Its arguments besides the address.
    arguments: &'static [&'static str],
    /// The package whose version is shown.
    package: Option<&'static str>,
    /// Whether it speaks WebSocket.
    pub is_websocket: bool,
    /// Over HTTP/2: the number of WebSockets that share a connection.
    pub streams: Option<usize>,
    /// Whether it supports compression.
    pub compresses: bool,
    /// The largest number of connections that it accepts.
    pub connections_max: usize,
    /// Whether it sends something to a new member.
    pub greets: bool,
    /// The path of its echo, or the prefix of the paths of its rooms.
    path: &'static str,
    /// The path of its echo with compression.
    compressed_path: &'static str,
}

/// The servers that echo.
pub const ECHO: [Peer; 12] = [
    Peer { compresses: true, ..peer("step 5", "echo") },
    // It has a thread for each connection, and therefore the limit of step 1.
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

/// The servers that have rooms.
pub const FANOUT: [Peer; 4] = [
    CHAT_ROOM,
    Peer { path: "/room/", ..peer(UWEBSOCKETS, UWEBSOCKETS) },
    Peer { arguments: &["raw-room"], ..RAW_TCP },
    library("tungstenite", "tokio-tungstenite", &["tungstenite-room"]),
];

/// The echo of step 6, and of step 7 with one and with a hundred WebSockets on each connection of
/// HTTP/2.
pub const HTTP2_ECHO: [Peer; 3] = with_http2(CHAT_ECHO);

/// The rooms of steps 6 and 7.
pub const HTTP2_FANOUT: [Peer; 3] = with_http2(CHAT_ROOM);

/// The baseline, which does not speak WebSocket.
const RAW_TCP: Peer = Peer { is_websocket: false, arguments: &["raw"], ..peer(RAW, PEERS) };

/// The rooms of step 6.
const CHAT_ROOM: Peer = Peer {
    // The chat slows down members who send more than its default rate, and the bench sends far
    // more.
    arguments: &["--rate", "1000000"],
    greets: true,
    path: "/ws/bench/",
    ..peer(STEP_6, "chat")
};

/// The echo of step 6.
const CHAT_ECHO: Peer = Peer { path: "/echo", ..peer(STEP_6, "chat") };

/// Returns step 6, and step 7 twice. It has the flags of step 6, and one more.
const fn with_http2(chat: Peer) -> [Peer; 3] {
    let arguments = &["--rate", "1000000", "--prior-knowledge"];
    let http2 = Peer { program: "http2", arguments, ..chat };
    [
        chat,
        Peer { name: "step 7, 1 stream", streams: Some(1), ..http2 },
        Peer { name: "step 7, 100 streams", streams: Some(100), ..http2 },
    ]
}

const fn peer(name: &'static str, program: &'static str) -> Peer {
    Peer {
        name,
        program,
        arguments: &[],
        package: None,
        is_websocket: true,
        streams: None,
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

/// The programs of the peers and of the load, by name.
#[derive(Debug, Default)]
pub struct Programs(pub BTreeMap<String, PathBuf>);

impl Programs {
    /// Builds all programs, except uWebSockets, whose path is given.
    ///
    /// # Errors
    /// If cargo fails, or if there is no program at the path for uWebSockets.
    pub fn build(uwebsockets: Option<PathBuf>) -> Result<Self, String> {
        let packages = ["--bins", "-p", "bench", "-p", "echo", "-p", "chat", "-p", "http2"];
        if let Some(given) = uwebsockets.as_ref().filter(|given| !given.is_file()) {
            return Err(format!("--uwebsockets: there is no program {}", given.display()));
        }
        let mut programs = build(&packages, Profile::Fastest)?;
        programs.extend(uwebsockets.map(|given| (UWEBSOCKETS.to_owned(), given)));
        Ok(Self(programs))
    }

    /// Returns the path of the program with this name.
    ///
    /// # Errors
    /// If it has not been built.
    pub fn path(&self, name: &str) -> Result<&Path, String> {
        let path = self.0.get(name).map(PathBuf::as_path);
        path.ok_or_else(|| format!("there is no program `{name}`"))
    }

    /// Returns those of `peers` whose programs exist.
    pub fn there(&self, peers: &[Peer]) -> Vec<Peer> {
        peers.iter().filter(|peer| self.0.contains_key(peer.program)).copied().collect()
    }

    /// Starts the server of a peer, on a core of its own if there are enough.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(&self, peer: &Peer) -> Result<Server, String> {
        let mut command = Command::new(self.path(peer.program)?);
        command.arg(Server::ANY_PORT).args(peer.arguments).env("TOKIO_WORKER_THREADS", "1");
        Cores::on(|cores| cores.server, || Server::launch(command))
    }
}

impl Peer {
    /// Returns the path for the request.
    pub fn path(&self, is_compressed: bool) -> &'static str {
        if is_compressed { self.compressed_path } else { self.path }
    }

    /// Returns the version of its library, from the lock file of this workspace.
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
