//! The subcommands that run Autobahn: for a look at one peer, and for the scorecard of them all.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    thread,
};

use clap::{Args, ValueEnum};

use crate::{
    case::CaseId,
    expected::{self, Outcome},
    find::{Autobahn, Way},
    judge::{Report, judge},
    judged::{Judged, Role},
    page,
    scorecard::Scorecard,
    steps::{self, Step},
    table::{self, GREEN, Paint, RED},
    wstest,
};

/// The choice among the ways to run Autobahn.
#[derive(Args)]
pub(crate) struct Choice {
    /// How to run Autobahn; without a choice, the first of these that works.
    #[arg(long = "autobahn", value_name = "WAY")]
    pub(crate) way: Option<Way>,

    /// How many of Autobahn's processes may be at work at once; without a number, one more than
    /// there are cores. For a server that serves one connection at a time, 1.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

impl Choice {
    /// How many processes may be at work. Each waits for the peer and the peer for it, so a core
    /// has room for a little more than one.
    fn jobs(&self) -> usize {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(|| cores() + 1, usize::from)
    }
}

/// What to judge, and in what.
#[derive(Args)]
pub(crate) struct Judge {
    /// The step to build and judge: 5, the echo server, or 6, the chat; without a number, both.
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

    /// Judge servers, clients, or both. The client is step 5's: step 6 has none of its own.
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
    pub(crate) choice: Choice,
}

/// The roles in which a step is judged.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Roles {
    /// Autobahn's client talks to the step's server.
    Server,
    /// The step's client talks to Autobahn's server.
    Client,
    /// Both.
    Both,
}

/// What to do with the scorecard.
#[derive(Args)]
pub(crate) struct Score {
    /// Write nothing, and fail if the scorecard that is checked in says otherwise.
    #[arg(long)]
    check: bool,

    /// How Autobahn is run.
    #[command(flatten)]
    pub(crate) choice: Choice,
}

/// Takes the address of a server, if it is one.
fn web_socket_url(text: &str) -> Result<String, String> {
    match text.split_once("://") {
        Some(("ws" | "wss", host)) if !host.is_empty() => Ok(text.to_owned()),
        _ => Err("an address looks like ws://127.0.0.1:9005/".to_owned()),
    }
}

/// Installs Autobahn if need be, and says where it works and writes its reports.
pub(crate) fn setup(autobahn: &Autobahn) -> Result<PathBuf, String> {
    let directory = steps::target_directory()?.join("autobahn");
    wstest::prepare(autobahn, &directory)?;
    Ok(directory)
}

impl Judge {
    /// Runs all that was asked for. `Ok(true)` means that all came out as expected.
    pub(crate) fn carry_out(&self, autobahn: &Autobahn) -> Result<bool, String> {
        let expected = expected::expected(&self.cases)?;
        let judged = self.judged()?;
        let directory = setup(autobahn)?;
        let cases: Vec<CaseId> = expected.keys().cloned().collect();
        let reports = judge(autobahn, &judged, &cases, self.choice.jobs(), &directory)?;
        let as_expected = tell(&reports, &expected);
        let page = tell_page(&reports, &expected, &directory)?;
        if self.open {
            open::that(&page).map_err(|error| format!("no browser opens it: {error}"))?;
        }
        Ok(as_expected)
    }

    /// Builds what is to be judged.
    fn judged(&self) -> Result<Vec<Judged>, String> {
        if let Some(url) = &self.url {
            return Ok(vec![Judged::url(url)]);
        }
        if let Some(program) = &self.client {
            return Ok(vec![Judged::client("client", program.clone())]);
        }
        let steps = steps::whole(self.step)?;
        let mut judged = Vec::new();
        if self.role != Roles::Client {
            for step in &steps {
                judged.push(Judged::step(step, step.build()?));
            }
        }
        if self.role != Roles::Server {
            judged.extend(client_of(&steps)?);
        }
        if judged.is_empty() {
            return Err("only step 5 has a client: `just conformance 5 --role client`".to_owned());
        }
        Ok(judged)
    }
}

/// Builds the client, if these steps have one, and says where they have none.
fn client_of(steps: &[&Step]) -> Result<Option<Judged>, String> {
    let without = steps.iter().filter(|step| step.number != steps::CLIENT.0);
    for Step { number, .. } in without {
        println!("Step {number} has no client of its own: the client to judge is step 5's.");
    }
    let has_one = steps.iter().any(|step| step.number == steps::CLIENT.0);
    has_one.then(client).transpose()
}

/// Builds the one client that there is.
fn client() -> Result<Judged, String> {
    Ok(Judged::client(&format!("step {}, client", steps::CLIENT.0), steps::build_client()?))
}

impl Score {
    /// Judges every step and the reference, and writes the scorecard or compares with it.
    /// `Ok(true)` means that what must pass all cases does, and that nothing differs if that was
    /// the question.
    pub(crate) fn carry_out(&self, autobahn: &Autobahn) -> Result<bool, String> {
        let expected = expected::expected(&[])?;
        // What must pass everything, and then what passes some.
        let mut strict = vec![client()?];
        let mut others = Vec::new();
        for step in &steps::STEPS {
            let judged = Judged::step(step, step.build()?);
            if step.is_whole() { strict.push(judged) } else { others.push(judged) }
        }
        let (strict_count, mut all) = (strict.len(), strict);
        all.extend(others);
        all.push(Judged::reference("tungstenite", steps::build_reference()?));

        let directory = setup(autobahn)?;
        let cases: Vec<CaseId> = expected.keys().cloned().collect();
        let mut reports = judge(autobahn, &all, &cases, self.choice.jobs(), &directory)?;
        let mut as_expected = tell(&reports[..strict_count], &expected);
        tell_page(&reports, &expected, &directory)?;

        reports.retain(|report| report.judged.role() == Role::Server);
        reports.sort_by_key(|report| report.judged.name.clone());
        let scorecard = Scorecard::of(&reports, expected.keys());
        for row in &scorecard.rows {
            println!("{:<16} {:>3} passed", row.judged, row.passed);
        }
        if !self.check {
            return scorecard.write(Path::new(steps::ROOT)).map(|()| as_expected);
        }
        let paint = Paint::for_stdout();
        let differences = scorecard.differences(&Scorecard::checked_in()?);
        for line in &differences {
            println!("{}", paint.with(RED, line));
        }
        as_expected &= differences.is_empty();
        Ok(as_expected)
    }
}

/// Prints a table for each report, and what is not as expected. Says whether all is.
fn tell(reports: &[Report], expected: &BTreeMap<CaseId, Outcome>) -> bool {
    let paint = Paint::for_stdout();
    let mut as_expected = true;
    for report in reports {
        println!("\n{}\n", table::table(&report.judged.name, &report.seen, paint));
        let differences = expected::differences(expected, &report.seen);
        for difference in &differences {
            let page = difference.seen.as_ref().map_or_else(String::new, |verdict| {
                format!("; see {}", relative(&verdict.page(&report.folder)).display())
            });
            println!("{}", paint.with(RED, &format!("{difference}{page}")));
        }
        let total = expected.len();
        let (colour, sum) = match differences.len() {
            0 => (GREEN, format!("all {total} cases are as expected")),
            some => (RED, format!("not as in conformance/expected.json: {some} of {total}")),
        };
        println!("{}", paint.with(colour, &sum));
        as_expected &= differences.is_empty();
    }
    as_expected
}

/// Writes our page about the reports, and says where it is.
fn tell_page(
    reports: &[Report],
    expected: &BTreeMap<CaseId, Outcome>,
    directory: &Path,
) -> Result<PathBuf, String> {
    let page = page::write(reports, expected, &directory.join("report"))?;
    println!("\nthe report: {}\n", relative(&page).display());
    Ok(page)
}

/// The path as seen from here, if it is below.
fn relative(path: &Path) -> &Path {
    let here = env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path)
}
