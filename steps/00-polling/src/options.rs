//! Every limit and place, as a flag.

use std::time::Duration;

use clap::Parser;

use crate::{EventLog, HttpLimits};
use web::seconds;

/// Step 0: a vote and a chat by short polling and long polling.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// Where to listen; 127.0.0.1:0 picks a free port
    #[arg(value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9000")]
    pub address: String,
    /// Share votes and messages with other processes by this Redis
    #[arg(long, value_name = "redis://HOST:PORT")]
    pub redis: Option<String>,
    /// Events kept for each topic
    #[arg(long, value_name = "COUNT", default_value = "1000", value_parser = positive())]
    pub history: u32,
    /// Connections open at the same time; one more is closed
    #[arg(long, value_name = "COUNT", default_value = "10000", value_parser = positive())]
    pub max_connections: u32,
    /// For the header of a request, and until an idle connection is closed
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub header_timeout: Duration,
    /// Print a line for each request, even if standard output is no terminal
    #[arg(short, long)]
    pub verbose: bool,
}

impl Options {
    /// The limits on those who connect.
    #[must_use]
    pub fn limits(&self) -> HttpLimits {
        HttpLimits { connections: self.max_connections as usize, header_time: self.header_timeout }
    }

    /// The log of votes and messages. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// A sentence about a `--redis` that makes no sense.
    pub fn log(&self) -> Result<EventLog, String> {
        EventLog::open(self.redis.as_deref(), self.history as usize)
    }
}

fn positive() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=1_000_000)
}
