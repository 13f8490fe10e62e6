//! A running `chromedriver`.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::http::{BodyEnd, Head, Response};
use crate::patience::PATIENCE;
use crate::programs::program::Program;

/// What the driver says before its port, which it ends with a full stop.
const STARTED: &str = "was started successfully on port ";

/// A running `chromedriver`, killed when dropped.
pub(super) struct Driver {
    program: Program,
    address: SocketAddr,
}

impl Driver {
    /// Starts the driver on a free port, and waits until it listens. This blocks.
    pub(super) fn start(program: &Path) -> Self {
        let mut command = Command::new(program);
        command.arg("--port=0");
        let program = Program::start(command).unwrap_or_else(|error| panic!("{error}"));
        let line = program.line(PATIENCE, |line| line.contains(STARTED));
        let port = line.as_deref().and_then(|line| {
            let (_, port) = line.split_once(STARTED)?;
            port.trim_end_matches('.').parse().ok()
        });
        let Some(port) = port else {
            panic!("chromedriver named no port; it said:\n{}", program.everything());
        };
        Self { program, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the driver has printed so far.
    pub(super) fn told(&self) -> String {
        self.program.everything()
    }

    /// Sends one request and waits for the answer, without a runtime: it must work in a `Drop`
    /// too.
    pub(super) fn asks(&self, method: &str, path: &str, body: &str) -> io::Result<Value> {
        let mut stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        let mut head = Vec::new();
        let mut byte = [0];
        while Head::size(&head).is_none() {
            stream.read_exact(&mut byte)?;
            head.extend(byte);
        }
        // The driver keeps the connection open, whatever it was asked.
        let head = Response::from_head(Head::read(&head));
        let mut body = Vec::new();
        match head.map(|head| head.body_ends()) {
            Some(BodyEnd::After(size)) => {
                body.resize(size, 0);
                stream.read_exact(&mut body)?;
            }
            _ => return Err(io::Error::other("an answer without a length")),
        }
        Ok(serde_json::from_slice(&body)?)
    }
}
