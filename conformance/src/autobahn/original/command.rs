//! `conformance autobahn` and `scorecard`: run Autobahn and print how it came out.

use std::path::PathBuf;
use std::thread;

use clap::{Args, Subcommand, ValueEnum};
use testkit::{Profile, Server, build_one, workspace};

use crate::autobahn::original::find::{self, Autobahn, Way};
use crate::autobahn::original::judge::judge;
use crate::autobahn::original::peer::{Contact, Peer};
use crate::autobahn::original::report::Report;
use crate::autobahn::original::wstest;
use crate::autobahn::row::Row;
use crate::autobahn::scorecard::Scorecard;
use crate::autobahn::suite::Suite;
use crate::subject::{ALL_GROUPS, SUBJECTS, Subject};
use crate::terminal::{BOLD, GREEN, RED, has_colours, painted};

/// The label of the step that has a client, its package, and the example that the client is.
const CLIENT: (&str, &str, &str) = ("5", "echo", "autobahn_client");
/// The steps that `just conformance` judges by itself.
const WHOLE: [&str; 2] = ["5", "6"];
/// An example of this package: an echo server on another library.
const REFERENCE: (&str, &str) = ("tungstenite", "tungstenite_echo");

/// What can be done with Autobahn.
#[derive(Subcommand)]
pub enum Task {
    /// Run Autobahn's conformance cases against a step, or against a server or client of your own.
    ///
    /// Prints a table, and names each case that did not come out as conformance/expected.json says,
    /// with the page of Autobahn's report. Exits with 0 if there is no such case, with 1 if there
    /// is, and with 2 if nothing could be judged.
    Autobahn(Judge),
    /// Count how many cases every step passes, and another library, and write
    /// conformance/scorecard.json and its picture in the book.
    Scorecard(Score),
    /// Find a way to run Autobahn, and install it if need be.
    Setup(Choice),
    /// Print which way to run Autobahn would be used; exit with 2 if nothing works.
    Find(Choice),
}

/// The choice among the ways to run Autobahn.
#[derive(Args)]
pub struct Choice {
    /// How to run Autobahn; without a choice, the first of these that works.
    #[arg(long = "autobahn", value_name = "WAY")]
    way: Option<Way>,

    /// How many of Autobahn's processes may run at the same time; without a number, one more than
    /// there are cores. For a server that serves one connection at a time, 1.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

/// What to judge, and in which cases.
#[derive(Args)]
pub struct Judge {
    /// The step to build and judge, such as 5 or 5a; without one, the echo server of step 5 and the
    /// chat of step 6.
    step: Option<String>,

    /// Judge the server at this address instead of a step; it must echo what it is sent.
    #[arg(long, value_name = "ws://HOST:PORT/PATH", value_parser = web_socket_url)]
    #[arg(conflicts_with_all = ["step", "role"])]
    url: Option<String>,

    /// Judge this program instead of a step's client. Its one argument is the address of Autobahn's
    /// server, which it must ask for /getCaseCount, for each /runCase?case=N&agent=NAME, and for
    /// /updateReports?agent=NAME.
    #[arg(long, value_name = "PROGRAM", conflicts_with_all = ["step", "role", "url"])]
    client: Option<PathBuf>,

    /// Judge servers, clients, or both. The only client is that of step 5.
    #[arg(long, default_value = "both")]
    role: Roles,

    /// Run only these cases: 5.12, or 6.4.* or just 6.4, or several with commas between.
    #[arg(long, value_delimiter = ',')]
    cases: Vec<String>,

    /// Open Autobahn's own report in the browser.
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
    /// Both.
    Both,
}

/// What to do with the scorecard.
#[derive(Args)]
pub struct Score {
    /// Write nothing, and fail if the scorecard that is checked in is different.
    #[arg(long)]
    check: bool,

    /// How Autobahn is run.
    #[command(flatten)]
    choice: Choice,
}

impl Task {
    /// Does it. Returns whether all came out as expected.
    ///
    /// # Errors
    /// A sentence, if nothing could be judged.
    pub fn run(&self) -> Result<bool, String> {
        match self {
            Self::Autobahn(judge) => return judge.run(),
            Self::Scorecard(score) => return score.run(),
            Self::Setup(choice) => println!("Autobahn is ready: {}", choice.ready()?),
            Self::Find(choice) => println!("{}", choice.find()?),
        }
        Ok(true)
    }
}

impl Choice {
    /// Finds the way to run Autobahn.
    fn find(&self) -> Result<Autobahn, String> {
        find::find(self.way, &find::pyenv_pythons(), &find::ask)
    }

    /// Finds the way to run Autobahn, and installs it if need be.
    fn ready(&self) -> Result<Autobahn, String> {
        let autobahn = self.find()?;
        wstest::prepare(&autobahn)?;
        Ok(autobahn)
    }

    /// How many processes may run at the same time. Autobahn and the peer wait for each other, so a
    /// core has room for a little more than one.
    fn jobs(&self) -> usize {
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(|| cores() + 1, usize::from)
    }
}

impl Judge {
    fn run(&self) -> Result<bool, String> {
        let suite = Suite::read()?.select(&self.cases)?;
        let autobahn = self.choice.ready()?;
        let peers = self.peers()?;
        let reports = judge(&autobahn, &peers, &suite, self.choice.jobs())?;
        let as_expected = print(&peers, &reports, &suite);
        for Report { name, index, .. } in &reports {
            println!("the report on {name}: {}", index.display());
            if self.open {
                open::that(index).map_err(|error| format!("no browser opens it: {error}"))?;
            }
        }
        Ok(as_expected)
    }

    /// Builds and starts what is judged.
    fn peers(&self) -> Result<Vec<Peer>, String> {
        if let Some(url) = &self.url {
            return Ok(vec![peer("server", Contact::Url(url.clone()))]);
        }
        if let Some(program) = &self.client {
            return Ok(vec![peer("client", Contact::Program(program.clone()))]);
        }
        let labels = self.step.as_deref().map_or(WHOLE.to_vec(), |label| vec![label]);
        let subjects: Vec<&Subject> =
            labels.into_iter().map(Subject::labelled).collect::<Result<_, _>>()?;
        let mut peers = Vec::new();
        if self.role != Roles::Client {
            for subject in &subjects {
                peers.push(server(subject)?);
            }
        }
        if self.role != Roles::Server && subjects.iter().any(|it| it.label == CLIENT.0) {
            peers.push(client()?);
        }
        if peers.is_empty() {
            return Err("only step 5 has a client: `just conformance 5 --role client`".to_owned());
        }
        Ok(peers)
    }
}

impl Score {
    fn run(&self) -> Result<bool, String> {
        let suite = Suite::read()?;
        let autobahn = self.choice.ready()?;
        let subjects = SUBJECTS.iter().filter(|subject| !subject.groups.is_empty());
        let mut peers: Vec<Peer> = subjects.map(server).collect::<Result<_, _>>()?;
        peers.push(reference()?);
        peers.push(client()?);
        let reports = judge(&autobahn, &peers, &suite, self.choice.jobs())?;
        let mut as_expected = print(&peers, &reports, &suite);

        let servers =
            peers.iter().zip(&reports).filter(|(peer, _)| matches!(peer.contact, Contact::Url(_)));
        let rows = servers.map(|(_, report)| Row::of(report)).collect();
        let scorecard = Scorecard::new(rows, &suite);
        if !self.check {
            return scorecard.write(workspace()).map(|()| as_expected);
        }
        for line in scorecard.differences(&Scorecard::checked_in()?) {
            println!("{}", painted(has_colours(), RED, &line));
            as_expected = false;
        }
        Ok(as_expected)
    }
}

/// Accepts the address of a WebSocket server.
fn web_socket_url(text: &str) -> Result<String, String> {
    match text.split_once("://") {
        Some(("ws" | "wss", host)) if !host.is_empty() => Ok(text.to_owned()),
        _ => Err("an address looks like ws://127.0.0.1:9005/".to_owned()),
    }
}

/// A peer that must pass all cases.
fn peer(name: &str, contact: Contact) -> Peer {
    Peer { name: name.to_owned(), contact, server: None, groups: ALL_GROUPS, passes: true }
}

/// Builds and starts the server of a step.
fn server(subject: &Subject) -> Result<Peer, String> {
    let Subject { label, groups, passes, path, flags, .. } = subject;
    let server = subject.start(flags)?;
    let peer = peer(&format!("step {label}, server"), Contact::Url(server.ws_url(path)));
    Ok(Peer { server: Some(server), groups, passes: *passes, ..peer })
}

/// Builds the client of a step.
fn client() -> Result<Peer, String> {
    let (label, package, example) = CLIENT;
    let program = build_one(package, "--example", example, Profile::Release)?;
    Ok(peer(&format!("step {label}, client"), Contact::Program(program)))
}

/// Builds and starts the echo server on another library. It cannot compress.
fn reference() -> Result<Peer, String> {
    let (name, example) = REFERENCE;
    let program = build_one(env!("CARGO_PKG_NAME"), "--example", example, Profile::Release)?;
    let mut command = std::process::Command::new(program);
    command.arg(Server::ANY_PORT);
    let server = Server::launch(command)?;
    let peer = peer(name, Contact::Url(server.ws_url("/")));
    Ok(Peer { server: Some(server), passes: false, ..peer })
}

/// Prints a table of all reports, and what is not as expected of the peers that must pass. Returns
/// whether all is.
fn print(peers: &[Peer], reports: &[Report], suite: &Suite) -> bool {
    let paint = |way: &str, text: &str| painted(has_colours(), way, text);
    println!("\n{}", paint(BOLD, &Row::heading()));
    for report in reports {
        println!("{}", Row::of(report));
    }
    let mut as_expected = true;
    for (peer, report) in peers.iter().zip(reports).filter(|(peer, _)| peer.passes) {
        let differences = report.differences(suite);
        if differences.is_empty() {
            println!("{}", paint(GREEN, &format!("{}: every case is as expected", peer.name)));
            continue;
        }
        as_expected = false;
        println!("{}", paint(RED, &format!("{}, not as expected:", peer.name)));
        for line in differences.iter().chain(peer.server.as_ref().map(Server::errors).as_ref()) {
            println!("  {line}");
        }
    }
    as_expected
}
