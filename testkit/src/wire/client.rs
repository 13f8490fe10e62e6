//! The client's part of a wire, for testing a server.

use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use crate::frames::role::Role;
use crate::patience::PATIENCE;
use crate::transcript::record::Way;
use crate::wire::connection::Wire;
use crate::wire::handshake::{ACCEPT, upgrade_request};
use crate::wire::http::BodyEnd;
use crate::wire::http::Response;
use crate::wire::incoming::Arrival;

/// Headers of the answer to an opening handshake that are the same in every good one, or different
/// in every one: the transcript leaves them out.
const NOT_TOLD: [&str; 4] = ["connection", "date", "sec-websocket-accept", "upgrade"];

impl Wire {
    /// Connects to a server: a [`Server`](crate::Server), or an address.
    #[track_caller]
    pub fn connect(server: impl Into<SocketAddr>) -> Self {
        let server = server.into();
        let stream = TcpStream::connect_timeout(&server, PATIENCE)
            .unwrap_or_else(|error| panic!("cannot connect to {server}: {error}"));
        Self::over(stream, Role::Client, server)
    }

    /// Opens a WebSocket: an opening handshake that must succeed (RFC 6455 §4.1).
    #[track_caller]
    pub fn opens(&mut self, target: &str) -> &mut Self {
        self.opens_with(target, &[]);
        self
    }

    /// Opens a WebSocket with further headers, and returns the answer.
    #[track_caller]
    pub fn opens_with(&mut self, target: &str, headers: &[(&str, &str)]) -> Response {
        self.transcript.tells(Way::Out, &format!("opening handshake for {target}"), headers);
        self.writes(upgrade_request(&self.host(), target, headers).as_bytes());

        let (response, bytes, head_size) = self.response();
        let is_accepted = response.status == 101
            && response.lists("upgrade", "websocket")
            && response.lists("connection", "upgrade")
            && response.header("sec-websocket-accept") == Some(ACCEPT);
        if !is_accepted {
            self.transcript.records_response(Way::In, &bytes, head_size);
            self.fails("a 101 with Upgrade, Connection and the right accept value was expected");
        }
        let is_told = |name: &str| !NOT_TOLD.contains(&name.to_ascii_lowercase().as_str());
        let told: Vec<(&str, &str)> = response
            .headers
            .iter()
            .filter(|(name, _)| is_told(name))
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.transcript.tells(Way::In, "101 Switching Protocols", &told);
        self.transcript.is_framed_from_here();
        response
    }

    /// Expects a response, and returns it. After a 101, the connection is a WebSocket.
    #[track_caller]
    pub fn expects_response(&mut self) -> Response {
        let (response, bytes, head_size) = self.response();
        self.transcript.records_response(Way::In, &bytes, head_size);
        if response.status == 101 {
            self.transcript.is_framed_from_here();
        }
        response
    }

    /// Waits for a response; returns its bytes too, and how many of them are its head.
    #[track_caller]
    fn response(&mut self) -> (Response, Vec<u8>, usize) {
        let mut bytes = self.head("a response was expected");
        let head_size = bytes.len();
        let Some(mut response) = Response::read(&bytes) else {
            self.transcript.records(Way::In, &bytes);
            self.fails("a response was expected that begins with HTTP/1.1 and a status");
        };
        let end = response.body_ends();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let there = self.incoming.bytes().len();
            if matches!(end, BodyEnd::After(size) if there >= size) {
                break;
            }
            let arrival = self.incoming.waits_for_more(deadline);
            match (arrival, end) {
                (Arrival::Bytes, _) => {}
                (Arrival::End, BodyEnd::WithTheConnection) => break,
                _ => {
                    self.transcript.records_response(Way::In, &bytes, head_size);
                    self.fails(&format!("the rest of the body was expected: {}", arrival.told()));
                }
            }
        }
        response.body = match end {
            BodyEnd::After(size) => self.incoming.takes(size),
            BodyEnd::WithTheConnection => self.incoming.takes(usize::MAX),
        };
        bytes.extend(&response.body);
        (response, bytes, head_size)
    }
}
