//! The server or client that is judged.

use std::path::PathBuf;

use testkit::Server;

/// How to reach a peer.
pub(crate) enum Contact {
    /// A server at this `ws://` address.
    Url(String),
    /// A client, by its program. Its one argument is the address of Autobahn's server.
    Program(PathBuf),
}

impl Contact {
    /// The mode of `wstest` that judges such a peer.
    pub(crate) fn mode(&self) -> &'static str {
        match self {
            Self::Url(_) => "fuzzingclient",
            Self::Program(_) => "fuzzingserver",
        }
    }
}

/// A server or client that is judged.
pub(crate) struct Peer {
    /// Its name in tables: `step 5, server`.
    pub(crate) name: String,
    pub(crate) contact: Contact,
    /// The server, if it was started for this run. It runs for as long as this value lives.
    pub(crate) server: Option<Server>,
    /// The groups of cases that it is judged in.
    pub(crate) groups: &'static [u8],
    /// Whether it must pass all cases. A peer that need not lets Autobahn wait for most of the time.
    pub(crate) passes: bool,
}

impl Peer {
    /// The name of its folder: `step-5-server`.
    pub(crate) fn folder(&self) -> String {
        self.name.replace(", ", "-").replace(' ', "-")
    }
}
