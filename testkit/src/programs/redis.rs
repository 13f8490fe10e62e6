//! A real Redis, which forgets everything when it ends.
//!
//! A test that needs it is marked `#[ignore = "needs redis-server: just setup"]`.

use std::cell::Cell;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::patience::PATIENCE;
use crate::programs::packages::Packages;
use crate::programs::program::Program;
use crate::programs::search_path::find_program;

/// What Redis says once it answers.
const READY: &str = "Ready to accept connections";
/// A free port may be gone before Redis has it.
const TRIES: usize = 5;

/// A Redis of its own on a free port, killed when dropped.
pub struct Redis {
    address: SocketAddr,
    program: Option<Program>,
    folder: TempDir,
    /// What else its command line has.
    arguments: Vec<String>,
}

impl Redis {
    /// What brings it.
    pub const PACKAGES: Packages = Packages {
        apt: &["redis-server"],
        brew: "redis",
        windows: "install Redis in WSL, and run the tests there",
        dnf: "redis",
        pacman: "redis",
    };

    /// Where `redis-server` is; [`PACKAGES`](Self::PACKAGES) bring it.
    pub fn find() -> Option<PathBuf> {
        find_program(&["redis-server"])
    }

    /// Starts it on a free port, and waits until it answers.
    #[track_caller]
    pub fn start() -> Self {
        let mut tries = (0..TRIES).map(|_| Self::away());
        let redis = tries.find_map(|mut redis| redis.tries_to_start().is_ok().then_some(redis));
        redis.expect("redis-server should find a free port")
    }

    /// A Redis that is not running yet, but has its address.
    #[track_caller]
    pub fn away() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port is needed");
        let address = listener.local_addr().expect("a listener has an address");
        let folder = TempDir::new().expect("a folder for Redis is needed");
        Self { address, program: None, folder, arguments: Vec::new() }
    }

    /// Adds these arguments to its command line, such as `["--requirepass", "secret"]`.
    #[must_use]
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&argument| argument.to_owned()));
        self
    }

    /// Lets it speak TLS and nothing else, with the certificate and the key in these PEM files.
    #[must_use]
    pub fn with_tls(self, certificate: &Path, key: &Path) -> Self {
        let port = self.address.port().to_string();
        let (certificate, key) = (certificate.display().to_string(), key.display().to_string());
        self.with(&["--port", "0", "--tls-port", &port, "--tls-auth-clients", "no"])
            .with(&["--tls-cert-file", &certificate, "--tls-key-file", &key])
            .with(&["--tls-ca-cert-file", &certificate])
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address, as clients want it: `redis://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Its process, while it runs.
    pub fn process_id(&self) -> Option<u32> {
        self.program.as_ref().map(|program| program.process.id())
    }

    /// Waits until it has printed so many lines that contain `text`.
    #[track_caller]
    pub fn waits_for_lines_with(&self, text: &str, count: usize) {
        let program = self.program.as_ref().expect("Redis is not running");
        let missing = Cell::new(count);
        let is_last = |line: &str| {
            missing.set(missing.get() - usize::from(line.contains(text)));
            missing.get() == 0
        };
        let have_come = program.line(PATIENCE, is_last).is_some();
        assert!(have_come, "{count} lines with `{text}` should come:\n{}", program.everything());
    }

    /// Kills it. It has no time to say or to store anything.
    pub fn dies(&mut self) {
        self.program = None;
    }

    /// Starts it again on the same port, empty, and waits until it answers.
    #[track_caller]
    pub fn comes_back(&mut self) {
        if let Err(told) = self.tries_to_start() {
            panic!("redis-server does not start:\n{told}");
        }
    }

    /// Makes it hang: its connections stay, and nothing is answered.
    #[track_caller]
    pub fn hangs(&self) {
        self.signals("-STOP");
    }

    /// Ends the hanging.
    #[track_caller]
    pub fn goes_on(&self) {
        self.signals("-CONT");
    }

    #[track_caller]
    fn signals(&self, kind: &str) {
        let Some(program) = &self.program else { panic!("Redis is not running") };
        assert!(program.process.signal(kind), "cannot send {kind}: Redis has ended");
    }

    #[track_caller]
    fn tries_to_start(&mut self) -> Result<(), String> {
        self.dies();
        let Some(program) = Self::find() else {
            panic!("redis-server is missing: {}", Self::PACKAGES.install_command());
        };
        let mut command = Command::new(program);
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"]);
        command.arg(self.address.port().to_string()).arg("--dir").arg(self.folder.path());
        command.args(&self.arguments);
        let started = Program::start(command).unwrap_or_else(|error| panic!("{error}"));
        if started.line(PATIENCE, |line| line.contains(READY)).is_none() {
            return Err(started.everything());
        }
        self.program = Some(started);
        Ok(())
    }
}
