//! The flags of the server. Most limits are declared as flags in the file that applies them.

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use web::parse_command_line;

use crate::server::opening::Opening;
use crate::tokio_driver::timeouts::Timeouts;

/// Step 5: echoes every message, strictly by RFC 6455.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// Where to listen; 127.0.0.1:0 picks a free port
    #[arg(value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9005")]
    pub address: String,
    /// The most open connections; one more is answered with 503
    #[arg(long, value_name = "COUNT", default_value_t = 20_000)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections: u32,
    /// The rules of the opening handshake.
    #[command(flatten)]
    pub opening: Opening,
    /// How long a peer may take.
    #[command(flatten)]
    pub timeouts: Timeouts,
    /// Print a line when a connection opens and closes, even if standard output is not a terminal
    #[arg(short, long)]
    pub verbose: bool,
}

impl Options {
    /// Reads the command line. If it is invalid, prints the reason and ends the program.
    pub fn from_command_line() -> Self {
        let options: Self = parse_command_line();
        if let Err(problem) = options.timeouts.check() {
            Self::command().error(ErrorKind::ValueValidation, problem).exit();
        }
        options
    }
}
