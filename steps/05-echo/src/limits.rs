//! What a peer may ask of us, in bytes and in seconds. All of it is on unless it is changed.

use std::time::Duration;

use clap::Args;
use web::seconds;

/// Bounds on what one connection can make us hold (RFC 6455 §10.4).
#[derive(Args, Clone, Copy, Debug)]
pub struct Limits {
    /// The longest message, whole or in fragments; a longer one is closed with 1009
    #[arg(long = "max-message", value_name = "BYTES", default_value_t = Self::default().message)]
    pub message: usize,
    /// The most fragments in one message; one more is closed with 1008
    // Without it, empty fragments would go on for ever.
    #[arg(long = "max-fragments", value_name = "COUNT", default_value_t = Self::default().fragments)]
    pub fragments: u32,
}

impl Default for Limits {
    /// 16 MiB, and the fragments that 16 MiB make in pieces of 64 bytes.
    fn default() -> Self {
        Self { message: 16 * 1024 * 1024, fragments: 256 * 1024 }
    }
}

/// How long we wait for a peer.
#[derive(Args, Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a whole opening handshake
    #[arg(long = "handshake-timeout", value_name = "SECONDS", value_parser = seconds, default_value = "10")]
    pub handshake: Duration,
    /// A peer that is quiet for so long is sent a ping
    #[arg(long = "ping-interval", value_name = "SECONDS", value_parser = seconds, default_value = "20")]
    pub ping: Duration,
    /// A peer from which nothing comes for so long, not even a pong, is dropped
    // At least twice `ping`, or the peer would have no time to answer.
    #[arg(long = "idle-timeout", value_name = "SECONDS", value_parser = seconds, default_value = "60")]
    pub idle: Duration,
    /// For the peer's part of the closing handshake
    #[arg(long = "close-timeout", value_name = "SECONDS", value_parser = seconds, default_value = "5")]
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
