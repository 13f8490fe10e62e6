//! Every flag, with its limits.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use event_log::{EventLog, Place, RedisUrl};
use web::server::{HttpLimits, HttpTimes};
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
    /// Keep votes and messages in this folder: those that were confirmed survive a restart and a power cut
    #[arg(long, value_name = "DIR", conflicts_with = "redis")]
    pub data: Option<PathBuf>,
    /// Events kept for each topic
    #[arg(long, value_name = "COUNT", default_value = "1000", value_parser = positive::<u32>)]
    pub history: u32,
    /// The pages that may write.
    #[command(flatten)]
    pub origins: Origins,
    /// The most open connections; for one more, the one that has been idle the longest is closed; if none is idle, the new one is answered with 503
    #[arg(long, value_name = "COUNT", default_value = "10000", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections: u32,
    /// The time for the header of a request, from its first byte or from the beginning of the connection
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub header_timeout: Duration,
    /// The time after which a connection that is idle is closed; longer than the idle timeout of a load balancer, so that the balancer closes first
    #[arg(long, value_name = "SECONDS", default_value = "75", value_parser = seconds)]
    pub keep_alive: Duration,
    /// A client that reads no byte of its answer for this time is dropped; so is one that has not read the whole answer after twelve times this time
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub write_timeout: Duration,
    /// Print a line for each request, even if standard output is not a terminal
    #[arg(short, long)]
    pub verbose: bool,
}

impl Options {
    /// Returns the limits on clients.
    pub fn http_limits(&self) -> HttpLimits {
        let (header, idle, write) = (self.header_timeout, self.keep_alive, self.write_timeout);
        let times = HttpTimes { header, idle, write };
        HttpLimits { connections: self.max_connections as usize, times }
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
