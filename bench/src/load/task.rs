//! What the load does to a server.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::load::script::Kind;

/// What the load does to a server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Where the server is.
    pub address: SocketAddr,
    /// The path of the request. In a room, the name of the member is appended.
    pub path: String,
    /// Whether it speaks WebSocket. If not, it is sent the same bytes, and returns them unchanged.
    pub is_websocket: bool,
    /// Over HTTP/2: the number of WebSockets that share a connection. `None` is HTTP/1.1, where each
    /// has a connection of its own.
    pub streams: Option<usize>,
    /// What is measured.
    pub plan: Plan,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Plan {
    /// Messages that come back, in a second.
    Echo(Echo),
    /// Messages that are delivered, in a second, in a room with one sender.
    Fanout(Fanout),
    /// Connections that open, send one message, and stay until standard input ends.
    Idle(Idle),
    /// Connections that are opened in a second.
    Handshakes(Handshakes),
}

/// An echo.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Echo {
    /// What the messages contain.
    pub kind: Kind,
    /// Bytes of payload in each.
    pub payload: usize,
    /// Messages in flight on each connection.
    pub window: usize,
    /// Connections.
    pub connections: usize,
    /// Seconds to measure, after a third of that to warm up.
    pub seconds: f64,
}

/// A room.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fanout {
    /// The members who receive. One more member sends.
    pub receivers: usize,
    /// Messages in flight: sent, and not yet received by every member.
    pub window: usize,
    /// Whether the server sends something to a new member.
    pub is_greeted: bool,
    /// Seconds to measure, after a third of that to warm up.
    pub seconds: f64,
}

/// Connections that stay.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Idle {
    /// How many.
    pub connections: usize,
    /// Do they offer compression?
    pub is_compressed: bool,
}

/// Connections that come and go.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handshakes {
    /// How many are being opened at the same time.
    pub at_once: usize,
    /// Seconds to measure, after a third of that to warm up.
    pub seconds: f64,
}
