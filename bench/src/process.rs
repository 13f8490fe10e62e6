//! Processes that do not outlive us, however we end.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What every server prints first, but those that are given to us.
const GREETING: &str = "listening on http://";
/// How long a server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often we try whether it does.
const TRY_AGAIN: Duration = Duration::from_millis(5);
/// The exit code of who was interrupted, as shells have it.
const INTERRUPTED: i32 = 130;

/// All that run, by the number of their process.
static RUNNING: Mutex<BTreeMap<u32, Child>> = Mutex::new(BTreeMap::new());

fn running() -> MutexGuard<'static, BTreeMap<u32, Child>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From here on, ctrl-C ends what runs, and then us.
///
/// # Errors
/// When the system does not tell us of a ctrl-C.
pub fn end_together() -> Result<(), String> {
    let handler = || {
        let mut running = running();
        for child in running.values_mut() {
            end(child);
        }
        // The lock is kept, so that nothing is started any more.
        std::process::exit(INTERRUPTED);
    };
    ctrlc::set_handler(handler).map_err(|error| error.to_string())
}

fn end(child: &mut Child) {
    // Either fails only if it has ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}

/// A running process; killed when dropped.
#[derive(Debug)]
pub struct Process {
    number: u32,
    stdout: BufReader<ChildStdout>,
}

impl Process {
    /// Starts a program. What it has to complain about is asked for when it has ended.
    ///
    /// # Errors
    /// When there is no such program.
    pub fn start(mut command: Command) -> Result<Self, String> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Nothing is started while ctrl-C ends everything.
        let mut running = running();
        let child = command.spawn();
        let mut child = child.map_err(|error| {
            format!("{} cannot be started: {error}", command.get_program().display())
        })?;
        let Some(stdout) = child.stdout.take() else {
            end(&mut child);
            return Err("a process has no standard output".to_owned());
        };
        let number = child.id();
        running.insert(number, child);
        Ok(Self { number, stdout: BufReader::new(stdout) })
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Its next line.
    ///
    /// # Errors
    /// Its last words, if it has ended instead.
    pub fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        match self.stdout.read_line(&mut line) {
            Ok(1..) => Ok(line.trim_end().to_owned()),
            _ => Err(self.last_words()),
        }
    }

    /// Ends it, and returns what it had to complain about.
    fn last_words(&mut self) -> String {
        let Some(mut child) = running().remove(&self.number) else {
            return "it is gone".to_owned();
        };
        end(&mut child);
        let mut words = String::new();
        let _ = child.stderr.as_mut().map(|stderr| stderr.read_to_string(&mut words));
        let words = words.trim();
        if words.is_empty() { "it has ended without a word".to_owned() } else { words.to_owned() }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The lock is held to the end, or a ctrl-C in between would leave the process behind.
        let mut running = running();
        if let Some(mut child) = running.remove(&self.number) {
            end(&mut child);
        }
    }
}

/// Starts a server by a command that lacks only the address, and waits until it listens.
///
/// # Errors
/// When it does not.
pub fn start_server(mut command: Command) -> Result<(Process, SocketAddr), String> {
    command.env("TOKIO_WORKER_THREADS", "1");
    let mut process = Process::start(command)?;
    let line = process.line().map_err(|words| format!("the server did not start: {words}"))?;
    let address = line.strip_prefix(GREETING).and_then(|address| address.parse().ok());
    let address = address.ok_or_else(|| format!("the server said {line:?} first"))?;
    Ok((process, address))
}

/// The same for a program that takes a port and says nothing, as uWebSockets' examples are.
///
/// # Errors
/// When it does not listen.
pub fn start_silent_server(mut command: Command) -> Result<(Process, SocketAddr), String> {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr());
    let address = free.map_err(|error| format!("there is no free port: {error}"))?;
    command.arg(address.port().to_string());
    let process = Process::start(command)?;
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect(address).is_err() {
        if Instant::now() > deadline {
            return Err(format!("the server does not listen on port {}", address.port()));
        }
        std::thread::sleep(TRY_AGAIN);
    }
    Ok((process, address))
}
