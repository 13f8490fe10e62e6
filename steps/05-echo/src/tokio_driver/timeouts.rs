//! Time limits for a peer.

use std::time::Duration;

use clap::Args;
use web::{flag_defaults, seconds};

/// How long we wait for a peer. These limits cannot be turned off.
#[derive(Args, Clone, Copy, Debug)]
pub struct Timeouts {
    /// The time for the whole opening handshake
    #[arg(long = "handshake-timeout", value_name = "SECONDS", value_parser = seconds, default_value = "10")]
    pub handshake: Duration,
    /// A peer that has sent nothing for this time is sent a ping
    #[arg(long = "ping-interval", value_name = "SECONDS", value_parser = seconds, default_value = "20")]
    pub ping: Duration,
    /// A peer that has sent nothing for this time, not even a pong, is dropped; at least twice the ping interval
    #[arg(long = "idle-timeout", value_name = "SECONDS", value_parser = seconds, default_value = "60")]
    pub idle: Duration,
    /// The time that a connection has to close: to write the rest, and to receive the peer's close frame
    #[arg(long = "close-timeout", value_name = "SECONDS", value_parser = seconds, default_value = "5")]
    pub close: Duration,
}

impl Default for Timeouts {
    /// The default of each flag.
    fn default() -> Self {
        flag_defaults()
    }
}

impl Timeouts {
    /// Checks what one flag alone cannot: that a ping can be answered before the idle time is over.
    ///
    /// # Errors
    /// A sentence that names both flags.
    pub fn check(&self) -> Result<(), String> {
        if self.idle >= 2 * self.ping {
            return Ok(());
        }
        Err(format!(
            "--idle-timeout {} leaves no time to answer a ping: it must be at least twice \
             --ping-interval, which is {}",
            self.idle.as_secs_f64(),
            self.ping.as_secs_f64()
        ))
    }
}
