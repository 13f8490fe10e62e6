//! A step's binary, running for the time of a test.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::output::{Output, Source};
#[cfg(unix)]
use crate::signal::signal;
use crate::{PATIENCE, Wire};

/// What every step prints first, before its address.
const GREETING: &str = "listening on http://";
/// How long a program that did not start well may take to say why.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Any free port.
const ANY_PORT: &str = "127.0.0.1:0";

/// A server that a test has started; killed when dropped.
pub struct Server {
    child: Child,
    address: SocketAddr,
    output: Output,
}

impl Server {
    /// Starts a step's binary on a free port, with further flags, and waits until it listens:
    /// `Server::start(env!("CARGO_BIN_EXE_echo"), &["--message-limit", "1024"])`.
    #[must_use]
    #[track_caller]
    pub fn start(program: impl AsRef<OsStr>, flags: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.arg(ANY_PORT).args(flags);
        Self::start_command(command)
    }

    /// Starts a server by a command with everything set, its address too, and waits until it
    /// listens.
    #[must_use]
    #[track_caller]
    pub fn start_command(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let output = Output::of(&mut child);
        // From here on, a panic kills the child.
        let mut server = Self { child, address: SocketAddr::from(([0, 0, 0, 0], 0)), output };
        let first = server.output.waits_for(Some(Source::Standard), |_| true);
        let address = first.as_deref().and_then(|line| line.strip_prefix(GREETING)?.parse().ok());
        let Some(address) = address else {
            server.output.waits_for_end(LAST_WORDS);
            panic!(
                "{command:?} should print `{GREETING}ADDR:PORT` first, and printed {}\n{}",
                first.map_or("nothing".to_owned(), |line| format!("`{line}`")),
                server.everything()
            );
        };
        server.address = address;
        server
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of a page: `http://127.0.0.1:PORT/path`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The address of a WebSocket: `ws://127.0.0.1:PORT/path`.
    #[must_use]
    pub fn ws_url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.address)
    }

    /// The number of its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed to standard output so far.
    #[must_use]
    pub fn output(&self) -> String {
        self.output.text(Source::Standard)
    }

    /// What it has printed to standard output about `wire`, without the ports and dates, which are
    /// others each time.
    #[must_use]
    pub fn output_about(&self, wire: &Wire) -> String {
        let peer = wire.stream().local_addr().expect("a connection has an address");
        let output = self.output().replace(&self.address().to_string(), "SERVER");
        let output = output.replace(&peer.to_string(), "PEER");
        let steady = |line: &str| match line.strip_prefix("Date: ") {
            Some(_) => "Date: (date)␍␊".to_owned(),
            None => line.to_owned(),
        };
        output.lines().map(steady).collect::<Vec<_>>().join("\n")
    }

    /// What it has printed to standard error so far.
    #[must_use]
    pub fn errors(&self) -> String {
        self.output.text(Source::Error)
    }

    /// Waits until it has printed a line that contains `text`, to either output, and returns the
    /// first such line. Lines printed before the call count.
    #[track_caller]
    #[allow(clippy::must_use_candidate, reason = "to wait for the line may be all there is to do")]
    pub fn waits_for_line_with(&self, text: &str) -> String {
        self.output.waits_for(None, |line| line.contains(text)).unwrap_or_else(|| {
            panic!("no line with `{text}` came in {PATIENCE:?}\n{}", self.everything())
        })
    }

    /// Asks it to end, as an operator does: by SIGTERM.
    #[cfg(unix)]
    #[track_caller]
    pub fn asks_to_end(&self) {
        signal(&self.child, "-TERM");
    }

    /// Interrupts it, as ctrl-C does: by SIGINT.
    #[cfg(unix)]
    #[track_caller]
    pub fn interrupts(&self) {
        signal(&self.child, "-INT");
    }

    /// Makes it hang: its connections stay, and nothing is heard.
    #[cfg(unix)]
    #[track_caller]
    pub fn hangs(&self) {
        signal(&self.child, "-STOP");
    }

    /// Ends the hanging.
    #[cfg(unix)]
    #[track_caller]
    pub fn goes_on(&self) {
        signal(&self.child, "-CONT");
    }

    /// Waits until it has ended by itself, and returns how.
    #[track_caller]
    pub fn waits_for_exit(&mut self) -> ExitStatus {
        // A process closes its outputs when it ends, and a server has no other reason to.
        assert!(
            self.output.waits_for_end(PATIENCE),
            "the server is still running after {PATIENCE:?}\n{}",
            self.everything()
        );
        self.child.wait().expect("a child can be waited for")
    }

    fn everything(&self) -> String {
        format!("standard output:\n{}\nstandard error:\n{}", self.output(), self.errors())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Either fails only if the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl From<&Server> for SocketAddr {
    fn from(server: &Server) -> Self {
        server.address()
    }
}
