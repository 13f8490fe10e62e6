//! Every limit, timeout and rule, as a flag: most of them stand where they are kept.

use std::path::PathBuf;

use clap::Parser;
use echo::{Compression, Limits, Timeouts};
use handshake::Policy;
use polling::{EventLog, HttpLimits};

use crate::converse::Bounds;

/// Step 6: a chat, a vote, and an echo.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// Where to listen; 127.0.0.1:0 picks a free port
    #[arg(value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9006")]
    pub address: String,
    /// Share rooms and votes with other processes by this Redis
    #[arg(long, value_name = "redis://HOST:PORT")]
    pub redis: Option<String>,
    /// Speak TLS, with the certificates in this PEM file
    #[arg(long, value_name = "FILE", requires = "key")]
    pub cert: Option<PathBuf>,
    /// The private key that goes with the certificate, a PEM file as well
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,
    /// Who is let in.
    #[command(flatten)]
    pub policy: Policy,
    /// WebSockets open at the same time; one more is answered with 503
    #[arg(long, value_name = "COUNT", default_value_t = 20_000, value_parser = positive())]
    pub max_connections: u32,
    /// What one member may ask of us.
    #[command(flatten)]
    pub bounds: Bounds,
    /// Whether messages are compressed, if a client offers it (RFC 7692)
    #[arg(long, value_name = "WHETHER", value_enum, default_value = "off")]
    pub compression: Compression,
    /// Events kept for each room, and for the vote
    #[arg(long, value_name = "COUNT", default_value_t = 10_000, value_parser = positive())]
    pub history: u32,
    /// The limits on what one connection sends.
    #[command(flatten)]
    pub limits: Limits,
    /// How long a peer is waited for.
    #[command(flatten)]
    pub timeouts: Timeouts,
    /// Log who comes and goes; twice: also who is refused
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

impl Options {
    /// The log of messages and votes. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// A sentence about a `--redis` that makes no sense.
    pub(crate) fn log(&self) -> Result<EventLog, String> {
        EventLog::open(self.redis.as_deref(), self.history as usize)
    }

    /// The limits on those who connect by HTTP: at least so many that each WebSocket finds its way
    /// through.
    #[must_use]
    pub fn http_limits(&self) -> HttpLimits {
        let connections = self.max_connections as usize + HttpLimits::default().connections;
        HttpLimits { connections, header_time: self.timeouts.handshake }
    }
}

fn positive() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=1_000_000)
}
