//! `conformance check`: puts a step, or any server, before the checker.

use std::{
    env, fs,
    io::{IsTerminal, Write, stderr, stdout},
    path::PathBuf,
    process::ExitCode,
    str::FromStr,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use clap::Args;
use conformance::check::{Judged, Options, Ruling, run};

use crate::judged_step::JudgedStep;

/// The exit code if nothing could be checked.
const COULD_NOT_RUN: u8 = 2;

/// What to check, and how to say what was found.
#[derive(Args)]
pub(crate) struct Checker {
    /// The number of a step to build, start and check at its own level, or the address of a server
    #[arg(value_name = "STEP | ws://HOST:PORT/PATH")]
    server: Server,

    /// The highest level: 1 TCP, 2 handshake, 3 unmasking, 4 framing, 5 echo, 6 room [default: 5, or the step's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=6))]
    level: Option<u8>,

    /// Also check what a server survives that strangers can reach; takes up to a minute more
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

/// What is checked.
#[derive(Clone)]
enum Server {
    Step(u8),
    Address(Judged),
}

impl FromStr for Server {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(number) = text.parse() {
            return Ok(Self::Step(number));
        }
        text.parse().map(Self::Address)
    }
}

impl Checker {
    /// Checks, prints, and says by the exit code how it went.
    pub(crate) fn carry_out(&self) -> ExitCode {
        match self.check() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(problem) => {
                eprintln!("{problem}");
                ExitCode::from(COULD_NOT_RUN)
            }
        }
    }

    fn check(&self) -> Result<bool, String> {
        // It lives until all is checked.
        let (options, _step) = self.options()?;
        let shows = stderr().is_terminal();
        let done = AtomicUsize::new(0);
        let report = run(&options, &|ruling: &Ruling, total| {
            let count = done.fetch_add(1, Ordering::Relaxed) + 1;
            if shows {
                eprint!("\r\x1b[K{count}/{total} {}", ruling.check.id);
                // A terminal that is gone has no progress to show.
                let _ = stderr().flush();
            }
        })?;
        if shows {
            eprint!("\r\x1b[K");
        }
        if let Some(file) = &self.junit {
            fs::write(file, report.junit())
                .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
        }
        if self.json {
            println!("{:#}", report.json());
        } else {
            let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            print!("{}", report.for_people(stdout().is_terminal() && !refused));
        }
        Ok(report.is_good())
    }

    /// What to check and how, with the step that was started for it.
    fn options(&self) -> Result<(Options, Option<JudgedStep>), String> {
        let (mut options, step) = match &self.server {
            Server::Address(judged) => (Options::new(judged.clone()), None),
            Server::Step(number) => {
                let step = JudgedStep::start(*number, self.hostile)?;
                let mut options = Options::new(step.url.parse()?);
                options.level = *number;
                options.patience = step.patience;
                options.message_max = step.message_max;
                options.pid = Some(step.id());
                (options, Some(step))
            }
        };
        options.hostile = self.hostile;
        options.only.clone_from(&self.only);
        options.rooms.clone_from(&self.rooms);
        options.level = self.level.unwrap_or(options.level);
        options.patience = self.patience.map_or(options.patience, Duration::from_secs);
        options.message_max = self.message_max.or(options.message_max);
        options.pid = self.pid.or(options.pid);
        Ok((options, step))
    }
}
