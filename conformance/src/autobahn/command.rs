//! `ws-judge conformance`: judges servers and clients in Autobahn's cases.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;
use testkit::{Server, show_progress};

use crate::autobahn::client::judge_client;
use crate::autobahn::peer::{Contact, Peer};
use crate::autobahn::report::judged::Judged;
use crate::autobahn::report::write::write;
use crate::autobahn::row::Row;
use crate::autobahn::server::judge_server;
use crate::autobahn::suite::{group, select};
use crate::autobahn::verdict::{Outcome, Verdict};
use crate::target::TargetOptions;
use crate::terminal::{BOLD, GREEN, RED, has_colours, painted, print};

/// How many cases are named after a run. The page has them all.
const NAMED: usize = 20;

/// What to judge, and in which cases.
#[derive(Args)]
pub struct Conformance {
    /// A step to build and judge, such as 5 or 5a, or the address of an echo server. Without one:
    /// steps 5 and 6, and the client of step 5
    #[arg(value_name = "STEP | ws://HOST:PORT/PATH")]
    target: Option<String>,

    /// Judge a client: a program that connects to {url}, echoes every message, and ends when the
    /// connection ends. A client that asks for /getCaseCount is served as Autobahn serves it
    #[arg(long, value_name = "'PROGRAM {url}'", conflicts_with = "target")]
    client: Option<String>,

    /// Run only these cases: 5.12, or 6.4.* or just 6.4, or several with commas between
    #[arg(long, value_name = "CASES", value_delimiter = ',')]
    only: Vec<String>,

    /// Leave out the groups that take minutes: 9, 12 and 13
    #[arg(long)]
    quick: bool,

    /// How many cases run at the same time [default: as many as the peer can serve]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1000))]
    jobs: Option<u16>,

    /// The folder for the report: index.html for people, index.json in the form of Autobahn's
    #[arg(long, value_name = "FOLDER", default_value = "ws-judge-report")]
    report: PathBuf,

    /// Open the report in the browser
    #[arg(long)]
    open: bool,

    #[command(flatten)]
    server: TargetOptions,
}

impl Conformance {
    /// Judges, prints a table, and writes the report. Returns whether no case failed.
    ///
    /// # Errors
    /// A sentence, if nothing could be judged or the report cannot be written.
    pub fn run(&self) -> Result<bool, String> {
        let cases = select(&self.only, self.quick)?;
        // A folder that cannot be written is better known before all cases.
        write(&self.report, &[])?;
        let mut judged = Vec::new();
        let mut problems = Vec::new();
        let read = |url: &str| self.server.target(url);
        for peer in Peer::chosen(self.target.as_deref(), self.client.as_deref(), read)? {
            let outcomes = judge(&peer, &cases, self.jobs.map(usize::from))?;
            problems.extend(problems_of(&peer, &outcomes));
            judged.push(Judged { name: peer.name, outcomes });
        }
        let page = write(&self.report, &judged)?;
        print(&summary(&judged, &problems))?;
        print(&format!("The report: {}\n", page.display()))?;
        if self.open {
            open::that(&page).map_err(|error| format!("cannot open the report: {error}"))?;
        }
        Ok(problems.is_empty())
    }
}

/// Judges one peer in those of the cases that are in its groups, and shows the progress.
///
/// # Errors
/// A sentence, if it cannot be reached, or if none of the cases is in its groups.
pub(crate) fn judge(
    peer: &Peer,
    cases: &[String],
    jobs: Option<usize>,
) -> Result<Vec<Outcome>, String> {
    let cases: Vec<&str> = cases
        .iter()
        .map(String::as_str)
        .filter(|case| peer.groups.contains(&group(case)))
        .collect();
    if cases.is_empty() {
        return Err(format!("{} is not judged in any of these cases", peer.name));
    }
    let done = AtomicUsize::new(0);
    let progress = |outcome: &Outcome| {
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        show_progress(&format!("{}: {done}/{} cases, {}", peer.name, cases.len(), outcome.case));
    };
    let outcomes = match &peer.contact {
        Contact::Server(target) => judge_server(target, &cases, jobs, &progress),
        Contact::Client(line) => judge_client(line, &cases, jobs, &progress),
    };
    show_progress("");
    outcomes.map_err(|error| format!("{}: {error}", peer.name))
}

/// A line for each case that a peer has failed, and what its server has printed as errors.
fn problems_of(peer: &Peer, outcomes: &[Outcome]) -> Vec<String> {
    let is_problem = |outcome: &&Outcome| {
        if peer.is_strict { !outcome.is_perfect() } else { outcome.is_failure() }
    };
    let line = |outcome: &Outcome| {
        let Outcome { case, behavior, behavior_close, result, result_close, .. } = outcome;
        let (name, behavior, close) = (&peer.name, behavior.word(), behavior_close.word());
        format!("{name}, {case}: {behavior}, close {close}. {result} {result_close}")
    };
    let mut problems: Vec<String> = outcomes.iter().filter(is_problem).map(line).collect();
    let errors = peer.server.as_ref().map(Server::errors).unwrap_or_default();
    if !problems.is_empty() && !errors.is_empty() {
        problems.insert(0, format!("{} printed: {errors}", peer.name));
    }
    problems
}

/// The table of all peers, and the first of the problems.
fn summary(judged: &[Judged], problems: &[String]) -> String {
    let paint = |way: &str, text: &str| painted(has_colours(), way, text);
    let mut lines = vec![paint(BOLD, &Row::heading())];
    lines.extend(judged.iter().map(|peer| Row::new(&peer.name, &peer.outcomes).to_string()));
    for verdict in [Verdict::NonStrict, Verdict::Unimplemented] {
        for Judged { name, outcomes } in judged {
            let count = outcomes.iter().filter(|outcome| outcome.behavior == verdict).count();
            if count > 0 {
                lines.push(format!("{name}: {count} {}", verdict.word()));
            }
        }
    }
    lines.extend(problems.iter().take(NAMED).map(|problem| paint(RED, problem)));
    match problems.len() {
        0 => lines.push(paint(GREEN, "No case has failed.")),
        more if more > NAMED => lines.push(format!("{} more cases have failed.", more - NAMED)),
        _ => {}
    }
    lines.join("\n") + "\n"
}
