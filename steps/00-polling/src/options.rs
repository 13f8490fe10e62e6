//! Every flag, with its limits.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use event_log::{EventLog, Place, RedisUrl};
use web::server::HttpLimits;
use web::{Origins, address_and_port, positive, seconds, secret};

use crate::tally::topics;

/// Step 0: a vote and a chat by short polling and long polling.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// Where to listen; 127.0.0.1:0 picks a free port
    #[arg(value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9000", value_parser = address_and_port)]
    pub address: String,
    /// Share votes and messages with all processes that use this Redis (rediss:// for TLS)
    #[arg(long, value_name = "redis://HOST:PORT", value_parser = secret::<RedisUrl>())]
    pub redis: Option<RedisUrl>,
    /// Keep votes and messages in this folder: whatever was confirmed survives a restart and a power cut
    #[arg(long, value_name = "DIR", conflicts_with = "redis")]
    pub data: Option<PathBuf>,
    /// Events kept for each topic
    #[arg(long, value_name = "COUNT", default_value = "1000", value_parser = positive::<u32>)]
    pub history: u32,
    /// The pages that may write.
    #[command(flatten)]
    pub origins: Origins,
    /// Connections open at the same time; one more is closed
    #[arg(long, value_name = "COUNT", default_value = "10000", value_parser = positive::<u32>)]
    pub max_connections: u32,
    /// Time for the header of a request, and until an idle connection is closed
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub header_timeout: Duration,
    /// Print a line for each request, even if standard output is not a terminal
    #[arg(short, long)]
    pub verbose: bool,
}

impl Options {
    /// Returns the limits on clients.
    pub fn http_limits(&self) -> HttpLimits {
        HttpLimits { connections: self.max_connections as usize, header_time: self.header_timeout }
    }

    /// Opens the log of messages and votes. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// A sentence about a folder that cannot be used.
    pub fn log(&self) -> Result<EventLog, String> {
        let place = match (&self.redis, &self.data) {
            (Some(url), _) => Place::Redis(url.clone()),
            (None, Some(folder)) => Place::Folder(folder.clone()),
            (None, None) => Place::Memory,
        };
        EventLog::open(&place, topics(self.history))
    }
}
