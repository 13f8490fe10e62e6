//! A real Redis on a free port.
//!
//! A test that needs it is marked `#[ignore = "needs redis-server: just setup"]`.

use std::cell::Cell;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::yield_now;
use std::time::Instant;

use tempfile::TempDir;

use crate::patience::PATIENCE;
use crate::programs::packages::Packages;
use crate::programs::program::Program;
use crate::programs::search_path::find_program;

/// What Redis prints once it answers.
const READY: &str = "Ready to accept connections";
/// A free port may be taken before Redis has it.
const TRIES: usize = 5;
/// The argument before a password.
const PASSWORD: &str = "--requirepass";

/// A Redis for one test, killed when dropped. It stores nothing on disk unless the test asks for
/// it.
pub struct Redis {
    address: SocketAddr,
    program: Option<Program>,
    folder: TempDir,
    /// Further arguments of its command line.
    arguments: Vec<String>,
}

impl Redis {
    /// The packages that contain it.
    pub const PACKAGES: Packages = Packages {
        apt: &["redis-server"],
        brew: "redis",
        windows: "install Redis in WSL, and run the tests there",
        dnf: "redis",
        pacman: "redis",
    };

    /// Where `redis-server` is; [`PACKAGES`](Self::PACKAGES) contain it.
    pub fn find() -> Option<PathBuf> {
        find_program(&["redis-server"])
    }

    /// Starts it on a free port, and waits until it answers.
    #[track_caller]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with these arguments on its command line, such as `["--timeout", "1"]`.
    #[track_caller]
    pub fn start_with(arguments: &[&str]) -> Self {
        let mut tries = (0..TRIES).map(|_| Self::away().with(arguments));
        let redis = tries.find_map(|mut redis| redis.tries_to_start().is_ok().then_some(redis));
        redis.expect("redis-server should find a free port")
    }

    /// Starts a replica of `primary`, and waits until it has all its data.
    #[track_caller]
    pub fn start_replica_of(primary: &Self) -> Self {
        // Without it, the primary waits five seconds for further replicas.
        primary.asks(&["CONFIG", "SET", "repl-diskless-sync-delay", "0"]);
        let replica = Self::start();
        let address = primary.address;
        replica.asks(&["REPLICAOF", &address.ip().to_string(), &address.port().to_string()]);
        let deadline = Instant::now() + PATIENCE;
        while !replica.asks(&["INFO", "replication"]).contains("master_link_status:up") {
            assert!(Instant::now() < deadline, "the replica is not connected after {PATIENCE:?}");
            yield_now();
        }
        replica
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

    /// Sends it a command over a connection of its own, and returns the reply as text. The parts of
    /// a reply with many parts are in lines. An error fails the test.
    #[track_caller]
    #[allow(clippy::must_use_candidate, reason = "the reply to most commands is OK")]
    pub fn asks(&self, command: &[&str]) -> String {
        let reply = self.reply(command);
        reply.unwrap_or_else(|error| panic!("{}: {error}", command.join(" ")))
    }

    fn reply(&self, command: &[&str]) -> Result<String, String> {
        let stream = TcpStream::connect_timeout(&self.address, PATIENCE);
        let stream = stream.map_err(|error| error.to_string())?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(|error| error.to_string())?;
        let mut stream = BufReader::new(stream);
        if let Some(place) = self.arguments.iter().position(|argument| argument == PASSWORD) {
            ask(&mut stream, &["AUTH", &self.arguments[place + 1]])?;
        }
        ask(&mut stream, command)
    }

    /// Saves a snapshot, from which it [comes back](Self::comes_back).
    #[track_caller]
    pub fn saves(&self) {
        self.asks(&["SAVE"]);
    }

    /// Makes every further snapshot fail: its folder is gone. With the option `--save`, Redis then
    /// refuses to write.
    #[track_caller]
    pub fn cannot_save(&self) {
        let gone = self.folder.path().join("gone");
        std::fs::create_dir(&gone).expect("a folder can be made");
        self.asks(&["CONFIG", "SET", "dir", &gone.to_string_lossy()]);
        std::fs::remove_dir_all(&gone).expect("a folder can be removed");
        self.asks(&["BGSAVE"]);
        let deadline = Instant::now() + PATIENCE;
        while !self.asks(&["INFO", "persistence"]).contains("rdb_last_bgsave_status:err") {
            assert!(Instant::now() < deadline, "the snapshot has not failed");
            yield_now();
        }
    }

    /// Makes snapshots succeed again.
    #[track_caller]
    pub fn can_save(&self) {
        self.asks(&["CONFIG", "SET", "dir", &self.folder.path().to_string_lossy()]);
        self.asks(&["SAVE"]);
    }

    /// Waits until it has printed this number of lines that contain `text`.
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

    /// Kills it. It has no time to print or to store anything.
    pub fn dies(&mut self) {
        self.program = None;
    }

    /// Starts it again on the same port, with the last snapshot that it [saved](Self::saves) or
    /// empty, and waits until it answers.
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

/// Sends a command, and waits for the reply.
fn ask(stream: &mut BufReader<TcpStream>, command: &[&str]) -> Result<String, String> {
    let parts = command.iter().map(|part| format!("${}\r\n{part}\r\n", part.len()));
    let bytes = format!("*{}\r\n{}", command.len(), parts.collect::<String>());
    let sent = stream.get_mut().write_all(bytes.as_bytes());
    sent.map_err(|error| error.to_string())?;
    read_reply(stream)
}

/// Reads a reply in the protocol of Redis, version 2.
fn read_reply(stream: &mut BufReader<TcpStream>) -> Result<String, String> {
    let mut line = String::new();
    stream.read_line(&mut line).map_err(|error| error.to_string())?;
    let line = line.trim_end();
    let (kind, rest) = line.split_at_checked(1).ok_or("Redis has closed the connection")?;
    let size = || rest.parse::<usize>().unwrap_or_default();
    match kind {
        "-" => Err(rest.to_owned()),
        "$" if rest == "-1" => Ok(String::new()),
        "$" => {
            let mut bytes = vec![0; size() + 2];
            stream.read_exact(&mut bytes).map_err(|error| error.to_string())?;
            bytes.truncate(size());
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        "*" => {
            let parts: Result<Vec<String>, String> =
                (0..size()).map(|_| read_reply(stream)).collect();
            Ok(parts?.join("\n"))
        }
        _ => Ok(rest.to_owned()),
    }
}
