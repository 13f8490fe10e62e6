//! What a peer may ask of us, in bytes and in seconds. All of it is on unless it is changed.

use std::time::Duration;

/// Bounds on what one connection can make us hold (RFC 6455 §10.4).
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest message, in bytes, whether it comes whole or in fragments.
    pub message: usize,
    /// The most fragments in one message. Without it, empty fragments would go on for ever.
    pub fragments: u32,
}

impl Default for Limits {
    /// 16 MiB, and the fragments that 16 MiB make in pieces of 64 bytes.
    fn default() -> Self {
        Self { message: 16 * 1024 * 1024, fragments: 256 * 1024 }
    }
}

/// How long we wait for a peer.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a whole opening handshake.
    pub handshake: Duration,
    /// Until a quiet peer is sent a ping.
    pub ping: Duration,
    /// Until a peer from which nothing comes, not even a pong, is taken for gone. At least twice
    /// `ping`, or it would have no time to answer.
    pub idle: Duration,
    /// For the peer's part of the closing handshake.
    pub close: Duration,
}

impl Default for Timeouts {
    /// 10 s for the handshake, a ping after 20 s, gone after a minute, 5 s to close.
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            ping: Duration::from_secs(20),
            idle: Duration::from_mins(1),
            close: Duration::from_secs(5),
        }
    }
}
