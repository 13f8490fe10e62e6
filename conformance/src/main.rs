//! Judges a WebSocket server or client from outside: by the checker, or by Autobahn, the field's
//! conformance suite.
//!
//! It depends on no step: a judge that shares code with the accused is no judge.

mod case;
mod checker;
mod course;
mod docker;
mod expected;
mod find;
mod judged_step;
mod process;
mod report;
mod run;
mod steps;
mod table;
mod wstest;

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{
    case::CaseId,
    checker::Checker,
    find::{Autobahn, Way},
    run::Judged,
    table::{GREEN, Paint, RED},
};

/// How long all cases in both roles may take. They take half a minute against a peer that answers.
const TIME_LIMIT: Duration = Duration::from_mins(30);
/// The exit code if there is no way to run Autobahn, so that a script can tell this from a failure.
const NOT_FOUND: u8 = 2;

/// Judges a WebSocket server or client from outside.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Who judges.
    #[command(subcommand)]
    judge: Judges,
}

/// The judges.
#[derive(Subcommand)]
enum Judges {
    /// Check a step, or a server of your own in any language, level by level.
    ///
    /// Each failure says what was expected, what happened, which byte was the first wrong one, and
    /// where to look. Exits with 0 if nothing failed, with 1 if something did, and with 2 if nothing
    /// could be checked.
    Check(Checker),
    /// Autobahn.
    #[command(flatten)]
    Autobahn(Task),
}

/// What can be done with Autobahn.
#[derive(Subcommand)]
enum Task {
    /// Run Autobahn's conformance cases against a step, or against a server or client of your own.
    ///
    /// Prints a table, says where the report is, and names each case that did not come out as
    /// conformance/expected.json says: worse, better, missing or extra. Exits with 0 if there is no
    /// such case, with 1 if there is, and with 2 if there is no way to run Autobahn.
    Autobahn(Judge),
    /// Find a way to run Autobahn, and install it if need be.
    Setup(Choice),
    /// Say which way to run Autobahn would be used; exit with 2 if there is none.
    Find(Choice),
}

/// The choice among the ways to run Autobahn.
#[derive(Args)]
struct Choice {
    /// How to run Autobahn; without a choice, the first of these that works.
    #[arg(long = "autobahn", value_name = "WAY")]
    way: Option<Way>,
}

/// What to judge, and in what.
#[derive(Args)]
struct Judge {
    /// The number of the step to build and judge: 5, the echo server, or 6, the chat; without it, the highest.
    step: Option<u8>,

    /// Judge the server at this address instead of a step; it must echo what it is sent.
    #[arg(long, value_name = "ws://HOST:PORT/PATH", value_parser = web_socket_url)]
    #[arg(conflicts_with_all = ["step", "role"])]
    url: Option<String>,

    /// Judge this program instead of a step's client. Its one argument is the address of Autobahn's
    /// server, which it must ask for /getCaseCount, for each /runCase?case=N&agent=NAME, and for
    /// /updateReports?agent=NAME.
    #[arg(long, value_name = "PROGRAM", conflicts_with_all = ["step", "role", "url"])]
    client: Option<PathBuf>,

    /// Judge the step as a server, as a client, or first as the one and then as the other.
    #[arg(long, default_value = "both")]
    role: Roles,

    /// Run only these cases: 5.12, or 6.4.* or just 6.4, or several with commas between.
    #[arg(long, value_delimiter = ',')]
    cases: Vec<String>,

    /// Open the report in the browser.
    #[arg(long)]
    open: bool,

    /// How Autobahn is run.
    #[command(flatten)]
    choice: Choice,
}

/// The roles in which a step is judged.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Roles {
    /// Autobahn's client talks to the step's server.
    Server,
    /// The step's client talks to Autobahn's server.
    Client,
    /// Both, one after the other.
    Both,
}

/// Takes the address of a server, if it is one.
fn web_socket_url(text: &str) -> Result<String, String> {
    match text.split_once("://") {
        Some(("ws" | "wss", host)) if !host.is_empty() => Ok(text.to_owned()),
        _ => Err("an address looks like ws://127.0.0.1:9005/".to_owned()),
    }
}

fn main() -> ExitCode {
    let task = match Arguments::parse().judge {
        Judges::Check(checker) => return checker.carry_out(),
        Judges::Autobahn(task) => task,
    };
    let (Task::Autobahn(Judge { choice, .. }) | Task::Setup(choice) | Task::Find(choice)) = &task;
    let autobahn = match find::find(choice.way, &find::pyenv_pythons(), &find::ask) {
        Ok(autobahn) => autobahn,
        Err(line) => {
            eprintln!("{line}");
            return ExitCode::from(NOT_FOUND);
        }
    };
    let as_expected = match &task {
        Task::Find(_) => {
            println!("{autobahn}");
            Ok(true)
        }
        Task::Setup(_) => setup(&autobahn).map(|_| {
            println!("Autobahn is ready: {autobahn}");
            true
        }),
        Task::Autobahn(judge) => judge.carry_out(&autobahn),
    };
    match as_expected {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Installs Autobahn if need be, and says where it works and writes its reports.
fn setup(autobahn: &Autobahn) -> Result<PathBuf, String> {
    let directory = steps::target_directory()?.join("autobahn");
    wstest::prepare(autobahn, &directory)?;
    Ok(directory)
}

impl Judge {
    /// Runs all that was asked for. `Ok(true)` means that all came out as expected.
    fn carry_out(&self, autobahn: &Autobahn) -> Result<bool, String> {
        let expected = expected::expected(&self.cases)?;
        let all_judged = self.judged()?;
        let directory = setup(autobahn)?;
        let deadline = Instant::now() + TIME_LIMIT;
        // All cases are asked for by their groups, so that one we do not know of is run too.
        let chosen: Vec<CaseId> = expected.keys().cloned().collect();
        let chosen = (!self.cases.is_empty()).then_some(&chosen[..]);

        let mut as_expected = true;
        for judged in &all_judged {
            let total = expected.len();
            let report = run::run(autobahn, judged, chosen, total, &directory, deadline)?;
            let seen = report::read(&report)?;
            let differences = expected::differences(&expected, &seen);

            let paint = Paint::for_stdout();
            let title = format!("{} role", judged.role());
            println!("\n{}\n", table::table(&title, &seen, paint));
            for difference in &differences {
                let page = difference.seen.as_ref().map_or_else(String::new, |verdict| {
                    format!("; see {}", relative(&verdict.page(&report)).display())
                });
                println!("{}", paint.with(RED, &format!("{difference}{page}")));
            }
            let (colour, sum) = match differences.len() {
                0 => (GREEN, format!("all {total} cases are as expected")),
                some => (RED, format!("not as in conformance/expected.json: {some} of {total}")),
            };
            println!("{}", paint.with(colour, &sum));
            let index = report.join("index.html");
            println!("the report: {}\n", relative(&index).display());
            if self.open {
                open::that(&index).map_err(|error| format!("no browser opens it: {error}"))?;
            }
            as_expected &= differences.is_empty();
        }
        Ok(as_expected)
    }

    /// Builds what is to be judged, in the order in which it is.
    fn judged(&self) -> Result<Vec<Judged>, String> {
        if let Some(url) = &self.url {
            return Ok(vec![Judged::Url(url.clone())]);
        }
        if let Some(program) = &self.client {
            return Ok(vec![Judged::Client(program.clone())]);
        }
        let step = steps::step(self.step)?;
        let mut judged = Vec::new();
        if self.role != Roles::Client {
            judged.push(Judged::Server(step.build()?, step));
        }
        if self.role != Roles::Server {
            judged.push(Judged::Client(steps::build_client()?));
        }
        Ok(judged)
    }
}

/// The path as seen from here, if it is below.
fn relative(path: &Path) -> &Path {
    let here = env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_step_a_server_and_a_client_of_ones_own_exclude_each_other() {
        let parse = |line: &str| Arguments::try_parse_from(line.split(' ')).is_ok();
        assert!(parse("conformance autobahn"));
        assert!(parse("conformance autobahn 5 --role client --cases 1.*,5.1"));
        assert!(parse("conformance autobahn --url ws://127.0.0.1:9005/ --autobahn wstest"));
        assert!(parse("conformance autobahn --client ./my-client"));
        assert!(!parse("conformance autobahn 5 --url ws://127.0.0.1:9005/"));
        assert!(!parse("conformance autobahn --role client --url ws://127.0.0.1:9005/"));
        assert!(!parse("conformance autobahn --client ./mine --url ws://127.0.0.1:9005/"));
        assert!(!parse("conformance autobahn --url http://127.0.0.1:9005/"));
    }
}
