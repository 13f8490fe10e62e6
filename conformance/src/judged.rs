//! Who is judged, and in which role.

use std::{fmt, path::PathBuf};

use crate::{part::Pace, steps::Step};

/// A server is judged by Autobahn's fuzzing client, a client by its fuzzing server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A server is judged.
    Server,
    /// A client is judged.
    Client,
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Self::Server => "server",
            Self::Client => "client",
        })
    }
}

impl Role {
    /// What `wstest` calls its part when the peer has this role.
    pub(crate) fn mode(self) -> &'static str {
        match self {
            Self::Server => "fuzzingclient",
            Self::Client => "fuzzingserver",
        }
    }
}

/// Where the peer is.
pub(crate) enum Peer {
    /// A server that is already there, at this `ws://` address.
    Url(String),
    /// A server to start.
    Server {
        /// Its executable.
        program: PathBuf,
        /// Where on it messages are echoed.
        path: &'static str,
        /// What it has to be told beside its address.
        flags: &'static [&'static str],
    },
    /// A client to start.
    Client(PathBuf),
}

/// The peer that is judged.
pub(crate) struct Judged {
    /// What it is called in tables, such as `step 5, server`.
    pub(crate) name: String,
    /// What takes the time with it.
    pub(crate) pace: Pace,
    /// Series of cases that it is spared, see [`Step::spared`].
    pub(crate) spared: &'static [&'static str],
    /// Where it is.
    pub(crate) peer: Peer,
}

impl Judged {
    /// The server at this address.
    pub(crate) fn url(url: &str) -> Self {
        Self::works("server", Peer::Url(url.to_owned()))
    }

    /// A client by its executable.
    pub(crate) fn client(name: &str, program: PathBuf) -> Self {
        Self::works(name, Peer::Client(program))
    }

    /// The server of a step, by its executable.
    pub(crate) fn step(step: &'static Step, program: PathBuf) -> Self {
        let Step { number, path, flags, spared, pace, .. } = step;
        let name = format!("step {number}, server");
        Self { name, pace: *pace, spared, peer: Peer::Server { program, path, flags } }
    }

    /// Another library's echo server, by its executable. It cannot compress.
    pub(crate) fn reference(name: &str, program: PathBuf) -> Self {
        let peer = Peer::Server { program, path: "/", flags: &[] };
        Self { pace: Pace::Waits, ..Self::works(name, peer) }
    }

    fn works(name: &str, peer: Peer) -> Self {
        Self { name: name.to_owned(), pace: Pace::Works, spared: &[], peer }
    }

    /// The role that this peer is judged in.
    pub(crate) fn role(&self) -> Role {
        match self.peer {
            Peer::Url(_) | Peer::Server { .. } => Role::Server,
            Peer::Client(_) => Role::Client,
        }
    }

    /// The name of its folder: `step-5-server`.
    pub(crate) fn folder(&self) -> String {
        self.name.replace(", ", "-").replace(' ', "-")
    }
}
