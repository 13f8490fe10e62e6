//! `conformance check`: checks a step, or any server.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clap::Args;
use testkit::{Server, show_progress};

use crate::checker::client;
use crate::checker::client::options::ClientOptions;
use crate::checker::options::Options;
use crate::checker::report::ruling::Ruling;
use crate::checker::runner::run;
use crate::subject::{MESSAGE_MAX, Subject};
use crate::terminal;

/// How long a step may wait for a silent peer, with the flags that it is started with.
const STEP_PATIENCE: Duration = Duration::from_secs(15);

/// The choice of checks, and of the report.
#[derive(Args)]
pub struct Checker {
    /// A step to build, start and check at its own level, such as 3 or 5a, or the address of a server
    #[arg(value_name = "STEP | ws://HOST:PORT/PATH", required_unless_present = "client")]
    target: Option<String>,

    /// Check a client instead: a program that connects to {url}, echoes every message until the
    /// connection is closed, and ends. It is started once for each connection. A browser opens
    /// {page}, or, with `--client browser`, the address that is printed
    #[arg(long, value_name = "PROGRAM {url}", conflicts_with = "target")]
    client: Option<String>,

    /// The highest level: 1 TCP, 2 handshake, 3 unmasking, 4 framing, 5 echo, 6 room [default: 5, or the step's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=6))]
    level: Option<u8>,

    /// Also check what a server that strangers can reach must withstand; takes up to a minute more
    #[arg(long)]
    hostile: bool,

    /// Run only these checks and those that they need: framing/ping, or several with commas between
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    only: Vec<String>,

    /// Where the rooms of level 6 are: /ws if one enters at /ws/ROOM/NAME
    #[arg(long, value_name = "PATH", default_value = "/ws")]
    rooms: String,

    /// How long the server may wait for a silent peer, in the hostile checks [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=300))]
    patience: Option<u64>,

    /// The longest message that the server takes, for the hostile checks of its limits
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..=1_073_741_824))]
    message_max: Option<u64>,

    /// The server's process on this machine, for the hostile check of its memory (Linux)
    #[arg(long)]
    pid: Option<u32>,

    /// Print JSON instead of a report for people
    #[arg(long)]
    json: bool,

    /// Also write JUnit XML to this file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

impl Checker {
    /// Runs the checks and prints how they came out. Returns whether nothing failed.
    ///
    /// # Errors
    /// A sentence, if nothing could be checked.
    pub fn run(&self) -> Result<bool, String> {
        let done = AtomicUsize::new(0);
        let progress = |ruling: &Ruling, total| {
            let count = done.fetch_add(1, Ordering::Relaxed) + 1;
            show_progress(&format!("{count}/{total} {}", ruling.check.id));
        };
        let report = if let Some(line) = &self.client {
            client::run::run(&self.client_options(line)?, &progress)?
        } else {
            // The server lives until all is checked.
            let (options, _server) = self.options()?;
            run(&options, &progress)?
        };
        show_progress("");
        if let Some(file) = &self.junit {
            fs::write(file, report.junit()?)
                .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
        }
        if self.json {
            println!("{:#}", report.json());
        } else {
            print!("{}", report.for_people(terminal::has_colours()));
        }
        Ok(report.is_good())
    }

    /// Returns the options for the run against a client.
    fn client_options(&self, line: &str) -> Result<ClientOptions, String> {
        let mut options = ClientOptions::new(line)?;
        options.hostile = self.hostile;
        options.only.clone_from(&self.only);
        options.level = self.level.unwrap_or(options.level);
        options.patience = self.patience.map_or(options.patience, Duration::from_secs);
        Ok(options)
    }

    /// Returns the options for the run, and the server that was started for it.
    fn options(&self) -> Result<(Options, Option<Server>), String> {
        let target = self.target.as_deref().unwrap_or_default();
        let (mut options, server) = if target.contains([':', '/']) {
            (Options::new(target.parse()?), None)
        } else {
            let subject = Subject::labelled(target)?;
            let flags = if self.hostile { subject.hostile_flags } else { &[] };
            let server = subject.start(flags)?;
            let mut options = Options::new(server.ws_url(subject.path).parse()?);
            options.level = subject.level;
            options.patience = STEP_PATIENCE;
            options.message_max = (!flags.is_empty()).then_some(MESSAGE_MAX);
            options.pid = Some(server.pid());
            (options, Some(server))
        };
        options.hostile = self.hostile;
        options.only.clone_from(&self.only);
        options.rooms.clone_from(&self.rooms);
        options.level = self.level.unwrap_or(options.level);
        options.patience = self.patience.map_or(options.patience, Duration::from_secs);
        options.message_max = self.message_max.or(options.message_max);
        options.pid = self.pid.or(options.pid);
        Ok((options, server))
    }
}
