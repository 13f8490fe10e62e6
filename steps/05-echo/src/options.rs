//! Every limit, timeout and rule, as a flag: most of them stand where they are kept.

use clap::Parser;
use handshake::{HeaderLimits, Policy};

use crate::{Compression, Limits, Timeouts};

/// Step 5: echoes every message, strictly by RFC 6455.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// Where to listen; 127.0.0.1:0 picks a free port
    #[arg(value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9005")]
    pub address: String,
    /// Who is let in.
    #[command(flatten)]
    pub policy: Policy,
    /// Connections open at the same time; one more is answered with 503
    #[arg(long, value_name = "COUNT", default_value_t = 20_000)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections: u32,
    /// The limits on what one connection sends.
    #[command(flatten)]
    pub limits: Limits,
    /// Whether messages are compressed, if a client offers it (RFC 7692)
    #[arg(long, value_name = "WHETHER", value_enum, default_value = "on")]
    pub compression: Compression,
    /// The limits on the request.
    #[command(flatten)]
    pub header_limits: HeaderLimits,
    /// How long a peer is waited for.
    #[command(flatten)]
    pub timeouts: Timeouts,
    /// Print a line when a connection opens and closes, even if standard output is no terminal
    #[arg(short, long)]
    pub verbose: bool,
}
