//! The flags: those of step 6, and three more.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use web::parse_command;

/// Where this step listens.
const ADDRESS: &str = "127.0.0.1:9007";

/// Step 7: the chat, the vote and the echo of step 6 over HTTP/2.
#[derive(Clone, Debug, Parser)]
#[group(skip)]
pub struct Options {
    /// The flags of step 6.
    #[command(flatten)]
    pub chat: chat::Options,
    /// Without --cert: the file with a self-signed certificate for trying, which is made if it is missing
    #[arg(long, value_name = "FILE", default_value = ".data/localhost.pem")]
    pub trial_certificate: PathBuf,
    /// Speak HTTP/2 without TLS, to clients that know it beforehand; no browser does
    #[arg(long, conflicts_with_all = ["cert", "trial_certificate"])]
    pub prior_knowledge: bool,
    /// The most streams that are open on one connection of HTTP/2; one more is refused
    #[arg(long, value_name = "COUNT", default_value_t = 128)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub max_streams: u32,
}

impl Options {
    /// Reads the command line. If it makes no sense, says why and ends the program.
    pub fn from_command_line() -> Self {
        let command = || Self::command().mut_arg("address", |arg| arg.default_value(ADDRESS));
        let options: Self = parse_command(command());
        if let Err(problem) = options.chat.check() {
            command().error(ErrorKind::ValueValidation, problem).exit();
        }
        options
    }
}
