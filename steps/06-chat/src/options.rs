//! Every flag. Most limits are flags in the file where they are kept.

use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use echo::{Compression, Limits, Timeouts};
use event_log::{EventLog, Place, RedisUrl};
use handshake::Policy;
use web::server::{HttpLimits, HttpTimes};
use web::{address_and_port, parse_command_line, positive, seconds, secret};

use crate::connection::chat_limits::ChatLimits;

/// Step 6: a chat, a vote, and an echo.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// Where to listen; 127.0.0.1:0 picks a free port
    #[arg(value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9006", value_parser = address_and_port)]
    pub address: String,
    /// Share rooms, names and votes with all processes that use this Redis (rediss:// for TLS)
    #[arg(long, value_name = "redis://HOST:PORT", value_parser = secret::<RedisUrl>())]
    pub redis: Option<RedisUrl>,
    /// Keep messages and votes in this folder: those that were confirmed survive a restart and a power cut
    #[arg(long, value_name = "DIR", conflicts_with = "redis")]
    pub data: Option<PathBuf>,
    /// Speak TLS, with the certificates in this PEM file
    #[arg(long, value_name = "FILE", requires = "key")]
    pub cert: Option<PathBuf>,
    /// The private key that belongs to the certificate, a PEM file as well
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,
    /// Who may connect.
    #[command(flatten)]
    pub policy: Policy,
    /// The most open WebSockets; one more is answered with 503
    #[arg(long, value_name = "COUNT", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections: u32,
    /// The time after which an HTTP connection that is idle is closed; longer than the idle timeout of a load balancer, so that the balancer closes first
    #[arg(long, value_name = "SECONDS", default_value = "75", value_parser = seconds)]
    pub keep_alive: Duration,
    /// An HTTP client that reads no byte of its answer for this time is dropped; so is one that has not read the whole answer after twelve times this time
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub write_timeout: Duration,
    /// The limits on one member.
    #[command(flatten)]
    pub chat_limits: ChatLimits,
    /// Whether to compress the messages of rooms and /echo if a client offers it (RFC 7692); the short messages of the vote are never compressed
    // Each message by itself costs a connection about 40 bytes. A broadcast is compressed once for all.
    #[arg(long, value_name = "WHETHER", value_enum, default_value = "no-context-takeover")]
    pub compression: Compression,
    /// Events kept for each room, and for the vote
    #[arg(long, value_name = "COUNT", default_value_t = 10_000, value_parser = positive::<u32>)]
    pub history: u32,
    /// The limits on what one connection sends.
    #[command(flatten)]
    pub limits: Limits,
    /// How long a peer may take.
    #[command(flatten)]
    pub timeouts: Timeouts,
    /// Log who enters, and how connections end; twice: also who is refused
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

impl Options {
    /// Reads the command line. If it makes no sense, says why and ends the program.
    pub fn from_command_line() -> Self {
        let options: Self = parse_command_line();
        if let Err(problem) = options.check() {
            Self::command().error(ErrorKind::ValueValidation, problem).exit();
        }
        options
    }

    /// Checks what one flag alone cannot.
    ///
    /// # Errors
    /// A sentence that names both flags.
    pub fn check(&self) -> Result<(), String> {
        self.chat_limits.check().and_then(|()| self.timeouts.check())
    }

    /// Opens the log of messages and votes. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// A sentence about a folder that cannot be used.
    pub(crate) fn log(&self) -> Result<EventLog, String> {
        let place = match (&self.redis, &self.data) {
            (Some(url), _) => Place::Redis(url.clone()),
            (None, Some(folder)) => Place::Folder(folder.clone()),
            (None, None) => Place::Memory,
        };
        EventLog::open(&place, polling::topics(self.history))
    }

    /// Returns the limits on clients that connect by HTTP: enough connections for every WebSocket,
    /// which is an HTTP connection until its handshake is answered, and as many for pages and polls
    /// as step 0 has.
    pub fn http_limits(&self) -> HttpLimits {
        let (header, idle, write) = (self.timeouts.handshake, self.keep_alive, self.write_timeout);
        let times = HttpTimes { header, idle, write };
        let connections = self.max_connections as usize + HttpLimits::default().connections;
        HttpLimits { connections, times }
    }
}
