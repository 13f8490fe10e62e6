//! A running `chromedriver`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use ureq::Agent;

use crate::patience::PATIENCE;
use crate::programs::program::Program;

/// What the driver says before its port, which it ends with a full stop.
const STARTED: &str = "was started successfully on port ";

/// The driver takes a port that is free for IPv6. Somebody else may have it for IPv4.
const TRIES: usize = 5;

/// A running `chromedriver`, killed when dropped.
pub(super) struct Driver {
    program: Program,
    address: SocketAddr,
}

impl Driver {
    /// Starts the driver on a free port, and waits until it listens. This blocks.
    pub(super) fn start(program: &Path) -> Self {
        let mut told = String::new();
        for _ in 0..TRIES {
            match Self::tries_to_start(program) {
                Ok(driver) => return driver,
                Err(everything) => told = everything,
            }
        }
        panic!("chromedriver named no port; it said:\n{told}");
    }

    /// Starts the driver, or returns what it has printed if it names no port.
    fn tries_to_start(program: &Path) -> Result<Self, String> {
        let mut command = Command::new(program);
        command.arg("--port=0");
        let program = Program::start(command).unwrap_or_else(|error| panic!("{error}"));
        let line = program.line(PATIENCE, |line| line.contains(STARTED));
        let port = line.as_deref().and_then(|line| {
            let (_, port) = line.split_once(STARTED)?;
            port.trim_end_matches('.').parse().ok()
        });
        let Some(port) = port else { return Err(program.everything()) };
        Ok(Self { program, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns what the driver has printed so far.
    pub(super) fn told(&self) -> String {
        self.program.everything()
    }

    /// The errors in the browser's log since the last call. This blocks.
    pub(super) fn log(&self, session: &str) -> Result<Value, ureq::Error> {
        let url = format!("{}/session/{session}/se/log", self.url());
        agent().post(url).send_json(json!({ "type": "browser" }))?.body_mut().read_json()
    }

    /// Gives the browser a command of its own protocol. This blocks.
    pub(super) fn commands(&self, session: &str, name: &str, parameters: &Value) {
        let url = format!("{}/session/{session}/goog/cdp/execute", self.url());
        let sent = agent().post(url).send_json(json!({ "cmd": name, "params": parameters }));
        sent.unwrap_or_else(|error| panic!("{name} {parameters}: {error}"));
    }

    /// Ends a session, and so the browser. This needs no runtime: it must work in a `Drop` too.
    pub(super) fn ends(&self, session: &str) {
        // A failure must not turn a panic into an abort.
        let _ = agent().delete(format!("{}/session/{session}", self.url())).call();
    }
}

fn agent() -> Agent {
    Agent::config_builder().timeout_global(Some(PATIENCE)).build().new_agent()
}
