//! A server whose standard output is not read.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{ChildStdout, Command, Stdio};

use crate::programs::listening::listening_address;
use crate::programs::process::Process;
use crate::programs::server::Server;

/// What is done with the output of a server after its first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is closed, as by `| head -1`.
    Closed,
    /// It stays open without being read, so that the pipe becomes full.
    Full,
}

/// A server that a test has started, and of whose output it has read one line; killed when dropped.
pub struct UnreadServer {
    _process: Process,
    address: SocketAddr,
    /// Held only so that it is not closed.
    _output: Option<BufReader<ChildStdout>>,
}

impl UnreadServer {
    /// Starts a step's binary on a free port, with further flags, and waits until it listens.
    #[track_caller]
    pub fn start(program: impl AsRef<OsStr>, flags: &[&str], unread: Unread) -> Self {
        let mut command = Command::new(program);
        command.arg(Server::ANY_PORT).args(flags);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the server can be started");
        let output = child.stdout.take().expect("the output is a pipe");
        let mut output = BufReader::with_capacity(1, output);
        let mut line = String::new();
        let read = output.read_line(&mut line);
        let address = listening_address(&line);
        let address = address.unwrap_or_else(|| panic!("no address in `{line}` ({read:?})"));
        let output = (unread == Unread::Full).then_some(output);
        Self { _process: Process(child), address, _output: output }
    }
}

impl From<&UnreadServer> for SocketAddr {
    fn from(server: &UnreadServer) -> Self {
        server.address
    }
}
