//! People in the chat, and what they are told.
#![allow(dead_code, reason = "each file of tests takes what it needs")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on ends here"
)]

use std::thread::yield_now;
use std::time::Instant;

use serde_json::{Value, json};
use testkit::{Frame, Opcode, PATIENCE, Response, Server, Wire};

pub(crate) mod scene;

/// Starts the chat with these flags.
#[track_caller]
pub(crate) fn start(flags: &[&str]) -> Server {
    Server::start(env!("CARGO_BIN_EXE_chat"), flags)
}

/// Somebody at the other end of a WebSocket.
pub(crate) struct Member {
    pub(crate) wire: Wire,
}

impl Member {
    /// Opens a WebSocket, whatever comes of it.
    #[track_caller]
    pub(crate) fn connects(server: &Server, target: &str) -> Self {
        let mut wire = Wire::connect(server);
        wire.opens(target);
        Self { wire }
    }

    /// Opens a WebSocket to a room, and is welcome there.
    #[track_caller]
    pub(crate) fn enters(server: &Server, target: &str) -> Self {
        let mut member = Self::connects(server, target);
        let welcome = member.hears();
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        member
    }

    /// Says a text, as it is.
    #[track_caller]
    pub(crate) fn says(&mut self, text: &str) -> &mut Self {
        self.wire.sends_frame(&Frame::text(text));
        self
    }

    /// Is told something, and returns its text. Pings are answered on the way.
    #[track_caller]
    pub(crate) fn hears_text(&mut self) -> String {
        loop {
            let frame = self.wire.expects_frame();
            match frame.opcode {
                Opcode::Text => return frame.into_text(),
                Opcode::Ping => drop(self.wire.sends_frame(&Frame::pong(frame.payload))),
                Opcode::Close => {
                    panic!("closed: {} {}", frame.close_code(), frame.close_reason())
                }
                _ => panic!("a text was expected, not {:?}", frame.opcode),
            }
        }
    }

    /// Is told something.
    #[track_caller]
    pub(crate) fn hears(&mut self) -> Value {
        serde_json::from_str(&self.hears_text()).unwrap()
    }

    /// Is told something of this type, after whatever else.
    #[track_caller]
    pub(crate) fn hears_of(&mut self, kind: &str) -> Value {
        loop {
            let told = self.hears();
            if told["type"] == kind {
                return told;
            }
        }
    }

    /// Is told messages until this one comes, after whatever else, and returns all their texts.
    #[track_caller]
    pub(crate) fn hears_until(&mut self, last: &str) -> Vec<String> {
        let mut texts = Vec::new();
        while texts.last().is_none_or(|text| text != last) {
            texts.push(self.hears_of("message")["msg"].as_str().unwrap().to_owned());
        }
        texts
    }

    /// Is told that these names have come or gone, together or one by one.
    #[track_caller]
    pub(crate) fn hears_names(&mut self, kind: &str, names: &[&str]) {
        let mut missing: Vec<&str> = names.to_vec();
        while !missing.is_empty() {
            let told = self.hears_of(kind);
            missing.retain(|name| !told["names"].as_array().unwrap().contains(&json!(name)));
        }
    }

    /// Is closed with this code, after whatever else, and agrees. Returns the reason.
    #[track_caller]
    pub(crate) fn expects_close(mut self, code: u16) -> String {
        let close = self.wire.expects_close(code);
        self.wire.sends_frame(&close).expects_end();
        close.close_reason().to_owned()
    }

    /// Leaves as one should.
    #[track_caller]
    pub(crate) fn leaves(mut self) {
        self.wire.sends_frame(&Frame::close(1000, "")).expects_close(1000);
        self.wire.expects_end();
    }
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

/// A name as it stands in a path.
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
