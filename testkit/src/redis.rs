//! A real Redis, which forgets everything when it ends.
//!
//! A test that needs it is marked `#[ignore = "needs redis-server: just setup"]`.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::find_program;
use crate::output::Output;
#[cfg(unix)]
use crate::signal::signal;

/// What Redis says once it answers.
const READY: &str = "Ready to accept connections";
/// A free port may be gone before Redis has it.
const TRIES: usize = 5;

/// A Redis of its own on a free port, killed when dropped.
pub struct Redis {
    address: SocketAddr,
    process: Option<Process>,
    folder: TempDir,
}

struct Process(Child);

impl Redis {
    /// Where `redis-server` is. [`install_command`](Self::install_command) tells how to get it.
    #[must_use]
    pub fn find() -> Option<PathBuf> {
        find_program(&["redis-server"])
    }

    /// The Debian package of it; `None` where there is no `apt-get`.
    #[must_use]
    pub fn apt_package() -> Option<&'static str> {
        find_program(&["apt-get"]).map(|_| "redis-server")
    }

    /// The command that installs it on this system.
    #[must_use]
    pub fn install_command() -> String {
        let command = if Self::apt_package().is_some() {
            "sudo apt-get install -y redis-server"
        } else if cfg!(target_os = "macos") {
            "brew install redis"
        } else if cfg!(windows) {
            "install Redis in WSL, and run the tests there"
        } else if find_program(&["dnf"]).is_some() {
            "sudo dnf install redis"
        } else if find_program(&["pacman"]).is_some() {
            "sudo pacman -S redis"
        } else {
            "install a package that has redis-server"
        };
        command.to_owned()
    }

    /// Starts it on a free port, and waits until it answers.
    #[must_use]
    #[track_caller]
    pub fn start() -> Self {
        let mut redis = Self::away();
        for _ in 0..TRIES {
            if redis.tries_to_start().is_ok() {
                return redis;
            }
            redis = Self::away();
        }
        panic!("redis-server finds no free port");
    }

    /// A Redis that is not running yet, but has its address.
    #[must_use]
    #[track_caller]
    pub fn away() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port is needed");
        let address = listener.local_addr().expect("a listener has an address");
        let folder = TempDir::new().expect("a folder for Redis is needed");
        Self { address, process: None, folder }
    }

    /// Its address, as clients want it: `redis://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Its process, while it runs.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(|Process(child)| child.id())
    }

    /// Kills it. It has no time to say or to store anything.
    pub fn dies(&mut self) {
        self.process = None;
    }

    /// Starts it again on the same port, empty, and waits until it answers.
    #[track_caller]
    pub fn comes_back(&mut self) {
        if let Err(told) = self.tries_to_start() {
            panic!("redis-server does not start:\n{told}");
        }
    }

    /// Makes it hang: its connections stay, and nothing is answered.
    #[cfg(unix)]
    #[track_caller]
    pub fn hangs(&self) {
        self.signals("-STOP");
    }

    /// Ends the hanging.
    #[cfg(unix)]
    #[track_caller]
    pub fn goes_on(&self) {
        self.signals("-CONT");
    }

    #[cfg(unix)]
    #[track_caller]
    fn signals(&self, kind: &str) {
        let Some(Process(child)) = &self.process else { panic!("Redis is not running") };
        signal(child, kind);
    }

    #[track_caller]
    fn tries_to_start(&mut self) -> Result<(), String> {
        self.dies();
        let Some(program) = Self::find() else {
            panic!("redis-server is missing: {}", Self::install_command());
        };
        let mut command = Command::new(program);
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"]);
        command.arg(self.address.port().to_string()).arg("--dir").arg(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let output = Output::of(&mut child);
        // From here on, a panic kills the child.
        self.process = Some(Process(child));
        if output.waits_for(None, |line| line.contains(READY)).is_some() {
            return Ok(());
        }
        Err(output.everything())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Either fails only if the process has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
