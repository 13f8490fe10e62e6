//! Members of the chat, and what they receive.
#![allow(dead_code, reason = "each file of tests takes what it needs")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on ends here"
)]

use std::thread::yield_now;
use std::time::Instant;

use testkit::{PATIENCE, Response, Server, Wire};

mod member;
pub(crate) mod scene;

#[allow(unused_imports, reason = "each file of tests takes what it needs")]
pub(crate) use member::Member;

/// Starts the chat with these flags.
#[track_caller]
pub(crate) fn start(flags: &[&str]) -> Server {
    Server::start(env!("CARGO_BIN_EXE_chat"), flags)
}

/// Asks for a page.
#[track_caller]
pub(crate) fn gets(server: &Server, path: &str) -> Response {
    asks(server, path).expects_response()
}

/// Asks for a page, of which the answer is still to come.
#[track_caller]
pub(crate) fn asks(server: &Server, path: &str) -> Wire {
    let mut wire = Wire::connect(server);
    let host = wire.host();
    wire.sends_text(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    wire
}

/// Sends a body by POST, and returns the response.
#[track_caller]
pub(crate) fn posts(server: &Server, path: &str, body: &str) -> Response {
    asks_to_post(server, path, body).expects_response()
}

/// Sends a body by POST, of which the answer is still to come.
#[track_caller]
pub(crate) fn asks_to_post(server: &Server, path: &str, body: &str) -> Wire {
    let mut wire = Wire::connect(server);
    let (host, length) = (wire.host(), body.len());
    wire.sends_text(&format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n{body}"
    ));
    wire
}

/// One number of `/metrics`; 0 if it is not there.
#[track_caller]
pub(crate) fn metric(server: &Server, name: &str) -> u64 {
    let metrics = gets(server, "/metrics");
    let name = format!("websocket_{name} ");
    let mut lines = metrics.text().lines();
    lines.find_map(|line| line.strip_prefix(&name)?.parse().ok()).unwrap_or_default()
}

/// Waits until a number of `/metrics` is this one.
#[track_caller]
pub(crate) fn waits_for_metric(server: &Server, name: &str, wanted: u64) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = metric(server, name);
        if found == wanted {
            return;
        }
        assert!(Instant::now() < deadline, "{name} is {found}, not {wanted}");
        yield_now();
    }
}

/// Returns a name as it is written in a path.
pub(crate) fn in_a_path(name: &str) -> String {
    name.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// The resident size of the server, in KiB.
#[cfg(target_os = "linux")]
pub(crate) fn resident(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
