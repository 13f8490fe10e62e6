//! `ws-judge check`: checks a step, or any server.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clap::Args;
use testkit::{Server, show_progress};

use crate::checker::client;
use crate::checker::client::options::ClientOptions;
use crate::checker::list;
use crate::checker::options::Options;
use crate::checker::report::ruling::Ruling;
use crate::checker::runner::run;
use crate::checker::stages::STAGES;
use crate::open_files::raise_open_files;
use crate::subject::{MESSAGE_MAX, Subject};
use crate::target::TargetOptions;
use crate::terminal::{has_colours, print};

/// How long a step may wait for a silent peer, with the flags that it is started with.
const STEP_PATIENCE: Duration = Duration::from_secs(15);

/// The choice of checks, and of the report.
#[derive(Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of the command")]
pub struct Checker {
    /// The address of a server. Inside this repository also a step, such as 3 or 5a, which is
    /// built, started and checked at its own level
    #[arg(value_name = "ws://HOST:PORT/PATH | STEP", required_unless_present_any = ["client", "list"])]
    target: Option<String>,

    /// Check a client instead: a program that connects to {url}, echoes every message until the
    /// connection is closed, and ends. It is started once for each connection. A browser opens
    /// {page}, or, with `--client browser`, the address that is printed
    #[arg(long, value_name = "PROGRAM {url}", conflicts_with_all = ["target", "list", "stage"])]
    client: Option<String>,

    /// Run the checks of the levels up to this one: 1 TCP, 2 handshake, 3 unmasking, 4 framing,
    /// 5 echo, 6 room [default: 5, or that of the step]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=6))]
    level: Option<u8>,

    /// Also run the hostile checks: what a server must withstand if strangers can reach it. They take up
    /// to a minute
    #[arg(long)]
    hostile: bool,

    /// Run the checks of the stages up to this one instead, in which a reader of the book builds a
    /// server. `--list` shows the stages
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u8).range(1..=STAGES.len() as i64),
        conflicts_with_all = ["level", "hostile", "only"]
    )]
    stage: Option<u8>,

    /// Run only these checks, and those that they need: framing/ping, or utf8/* for a group, or
    /// several with commas between them
    #[arg(long, value_name = "CHECKS", value_delimiter = ',')]
    only: Vec<String>,

    /// The seed of the random keys, masks and payloads, to repeat an earlier run that printed it
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Stop at the first failure, and show it on one screen
    #[arg(long)]
    first: bool,

    /// List all stages and checks, and check nothing
    #[arg(long, conflicts_with = "target")]
    list: bool,

    #[command(flatten)]
    server: TargetOptions,

    /// The path of the rooms of level 6: /ws if a client enters at /ws/ROOM/NAME
    #[arg(long, value_name = "PATH", default_value = "/ws", help_heading = "The server")]
    rooms: String,

    /// How long the server may wait for a silent client, in the hostile checks [default: 30]
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=300),
        help_heading = "The server"
    )]
    patience: Option<u64>,

    /// The longest message that the server accepts. Without it, the hostile check of this limit is
    /// skipped
    #[arg(
        long,
        value_name = "BYTES",
        value_parser = clap::value_parser!(u64).range(1..=1_073_741_824),
        help_heading = "The server"
    )]
    message_max: Option<u64>,

    /// The number of the server's process on this machine. Without it, the hostile check of its
    /// memory is skipped. Linux only
    #[arg(long, value_name = "PID", help_heading = "The server")]
    pid: Option<u32>,

    /// Print JSON instead of a report for people
    #[arg(long, help_heading = "The report")]
    json: bool,

    /// Also write the report as JUnit XML to this file
    #[arg(long, value_name = "FILE", conflicts_with = "list", help_heading = "The report")]
    junit: Option<PathBuf>,
}

impl Checker {
    /// Runs the checks and prints how they came out. Returns whether nothing failed.
    ///
    /// # Errors
    /// A sentence, if nothing could be checked, or if a report cannot be written.
    pub fn run(&self) -> Result<bool, String> {
        if self.list {
            let list = if self.json { format!("{:#}\n", list::json()) } else { list::text() };
            return print(&list).map(|()| true);
        }
        let problem = |file: &Path, error| format!("{} cannot be written: {error}", file.display());
        if let Some(file) = &self.junit {
            // A file that cannot be written is better known before all checks.
            let opened = File::options().append(true).create(true).open(file);
            opened.map_err(|error| problem(file, error))?;
        }
        let count = AtomicUsize::new(0);
        let progress = |ruling: &Ruling, total| {
            let count = count.fetch_add(1, Ordering::Relaxed) + 1;
            show_progress(&format!("{count}/{total} {}", ruling.check.id));
        };
        let report = if let Some(line) = &self.client {
            client::run::run(&self.client_options(line)?, &progress)
        } else {
            // The server lives until all is checked.
            let (options, _server) = self.options(self.target.as_deref().unwrap_or_default())?;
            run(&options, &progress)
        };
        show_progress("");
        let report = report?;
        if let Some(file) = &self.junit {
            fs::write(file, report.junit()).map_err(|error| problem(file, error))?;
        }
        let unreachable = report.unreachable();
        if self.json {
            print(&format!("{:#}\n", report.json()))?;
        } else if unreachable.is_none() {
            print(&report.for_people(has_colours()))?;
        }
        match unreachable {
            Some(why) => Err(format!("{} cannot be checked. {why}", report.options.target.url)),
            None => Ok(report.is_good()),
        }
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
    fn options(&self, target: &str) -> Result<(Options, Option<Server>), String> {
        let (mut options, server) = if target.contains([':', '/']) {
            (Options::new(self.server.target(target)?), None)
        } else {
            let subject = Subject::labelled(target)?;
            // The step inherits the limit.
            raise_open_files();
            let is_hostile = self.hostile || self.stage.is_some();
            let flags = if is_hostile { subject.hostile_flags } else { &[] };
            let server = subject.start(flags)?;
            let mut options = Options::new(self.server.target(&server.ws_url(subject.path))?);
            options.level = subject.level;
            options.patience = STEP_PATIENCE;
            options.message_max = (!flags.is_empty()).then_some(MESSAGE_MAX);
            options.pid = Some(server.pid());
            (options, Some(server))
        };
        options.hostile = self.hostile;
        options.only.clone_from(&self.only);
        options.stage = self.stage;
        options.first = self.first;
        options.seed = self.seed.unwrap_or(options.seed);
        options.rooms.clone_from(&self.rooms);
        options.level = self.level.unwrap_or(options.level);
        options.patience = self.patience.map_or(options.patience, Duration::from_secs);
        options.message_max = self.message_max.or(options.message_max);
        options.pid = self.pid.or(options.pid);
        Ok((options, server))
    }
}
