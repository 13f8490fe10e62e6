//! A step's binary, running for the time of a test.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::process::{Command, ExitStatus};

use crate::patience::PATIENCE;
use crate::programs::listening::listening_address;
use crate::programs::program::Program;
use crate::wire::connection::Wire;

/// A server that a test has started; killed when dropped.
#[derive(Debug)]
pub struct Server {
    program: Program,
    address: SocketAddr,
}

impl Server {
    /// The address that asks for any free port.
    pub const ANY_PORT: &str = "127.0.0.1:0";

    /// Starts a step's binary on a free port, with further flags, and waits until it listens:
    /// `Server::start(env!("CARGO_BIN_EXE_echo"), &["--message-limit", "1024"])`.
    #[track_caller]
    pub fn start(program: impl AsRef<OsStr>, flags: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.arg(Self::ANY_PORT).args(flags);
        Self::start_command(command)
    }

    /// Starts a server by a command with everything set, its address too, and waits until it
    /// listens.
    #[track_caller]
    pub fn start_command(command: Command) -> Self {
        Self::launch(command).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same for who has something better to do than to panic.
    ///
    /// # Errors
    /// That it does not start or does not say where it listens, with all that it printed.
    pub fn launch(command: Command) -> Result<Self, String> {
        let what = format!("{command:?}");
        let program = Program::start(command)?;
        let first = program.first_line(PATIENCE);
        let first = first.map_err(|words| format!("{what} does not listen: {words}"))?;
        let Some(address) = listening_address(&first) else {
            let everything = program.last_words();
            return Err(format!(
                "{what} should print `listening on http://ADDR:PORT` first, and printed `{first}`; \
                 it said:\n{everything}"
            ));
        };
        Ok(Self { program, address })
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of a page: `http://127.0.0.1:PORT/path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The address of a WebSocket: `ws://127.0.0.1:PORT/path`.
    pub fn ws_url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.address)
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.program.process.id()
    }

    /// What it has printed to standard output so far.
    pub fn output(&self) -> String {
        self.program.output()
    }

    /// Returns what it has printed to standard output about `wire`, without ports and dates, which
    /// change with each run.
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
    pub fn errors(&self) -> String {
        self.program.errors()
    }

    /// Waits until it has printed a line that contains `text`, to either output, and returns the
    /// first such line. Lines printed before the call count.
    #[track_caller]
    #[allow(clippy::must_use_candidate, reason = "to wait for the line may be all there is to do")]
    pub fn waits_for_line_with(&self, text: &str) -> String {
        self.program.line(PATIENCE, |line| line.contains(text)).unwrap_or_else(|| {
            panic!("no line with `{text}` came in {PATIENCE:?}\n{}", self.everything())
        })
    }

    /// Asks it to end, as an operator does: by SIGTERM.
    #[track_caller]
    pub fn asks_to_end(&self) {
        self.signals("-TERM");
    }

    /// Interrupts it, as ctrl-C does: by SIGINT.
    #[track_caller]
    pub fn interrupts(&self) {
        self.signals("-INT");
    }

    /// Makes it hang: its connections stay, and nothing is heard.
    #[track_caller]
    pub fn hangs(&self) {
        self.signals("-STOP");
    }

    /// Ends the hanging.
    #[track_caller]
    pub fn goes_on(&self) {
        self.signals("-CONT");
    }

    /// Waits until it has ended by itself, and returns how.
    #[track_caller]
    pub fn waits_for_exit(&mut self) -> ExitStatus {
        self.program.exit_status(PATIENCE).unwrap_or_else(|| {
            panic!("the server is still running after {PATIENCE:?}\n{}", self.everything())
        })
    }

    #[track_caller]
    fn signals(&self, signal: &str) {
        assert!(self.program.process.signal(signal), "cannot send {signal}: the server has ended");
    }

    fn everything(&self) -> String {
        format!("standard output:\n{}\nstandard error:\n{}", self.output(), self.errors())
    }
}

impl From<&Server> for SocketAddr {
    fn from(server: &Server) -> Self {
        server.address()
    }
}
