//! Every limit, timeout and rule, as a flag.

use std::time::Duration;

use clap::Parser;
use handshake::{HeaderLimits, Origins, Policy};

use crate::{Limits, Timeouts};

/// Step 5: echoes every message, strictly by RFC 6455.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// Where to listen; 127.0.0.1:0 picks a free port
    #[arg(value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9005")]
    pub address: String,
    /// Also let in the pages of this origin (the server's own may always connect); repeatable
    #[arg(long = "origin", value_name = "https://EXAMPLE.COM")]
    pub origins: Vec<String>,
    /// A subprotocol to agree to when a client offers it; repeatable
    #[arg(long = "subprotocol", value_name = "NAME")]
    pub subprotocols: Vec<String>,
    /// Connections open at the same time; one more is answered with 503
    #[arg(long, value_name = "COUNT", default_value_t = 20_000, value_parser = positive())]
    pub max_connections: u32,
    /// The longest message; a longer one is closed with 1009
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().message)]
    pub max_message: usize,
    /// The most fragments in one message; one more is closed with 1008
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().fragments)]
    pub max_fragments: u32,
    /// The longest header block of a request; a longer one is answered with 431
    #[arg(long, value_name = "BYTES", default_value_t = HeaderLimits::default().bytes)]
    pub max_header_bytes: usize,
    /// The most header lines of a request; more are answered with 431
    #[arg(long, value_name = "COUNT", default_value_t = HeaderLimits::default().lines)]
    pub max_header_lines: usize,
    /// For a whole opening handshake
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub handshake_timeout: Duration,
    /// A peer that is quiet for so long is sent a ping
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    pub ping_interval: Duration,
    /// A peer from which nothing comes for so long, not even a pong, is dropped
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub idle_timeout: Duration,
    /// For the peer's part of the closing handshake
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub close_timeout: Duration,
    /// Print a line when a connection opens and closes, even if standard output is no terminal
    #[arg(short, long)]
    pub verbose: bool,
}

impl Options {
    /// The limits on what one connection sends.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits { message: self.max_message, fragments: self.max_fragments }
    }

    /// How long a peer is waited for.
    #[must_use]
    pub fn timeouts(&self) -> Timeouts {
        Timeouts {
            handshake: self.handshake_timeout,
            ping: self.ping_interval,
            idle: self.idle_timeout,
            close: self.close_timeout,
        }
    }

    /// The limits on the request.
    #[must_use]
    pub fn header_limits(&self) -> HeaderLimits {
        HeaderLimits { bytes: self.max_header_bytes, lines: self.max_header_lines }
    }

    /// Who is let in.
    ///
    /// # Errors
    /// A sentence about an `--origin` that is none.
    pub fn policy(&self) -> Result<Policy, String> {
        let origins = Origins::listed(&self.origins)?;
        Ok(Policy { origins, subprotocols: self.subprotocols.clone() })
    }
}

fn positive() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=1_000_000)
}

/// Reads a time in seconds, such as `10` or `0.5`: more than none, and at most a day.
fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .filter(|seconds| (0.001..=86_400.0).contains(seconds))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "expected seconds, from 0.001 to 86400".to_owned())
}
