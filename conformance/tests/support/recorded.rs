//! The peers whose verdicts by the original are recorded, and how each is judged by ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use conformance::autobahn::client::judge_client;
use conformance::autobahn::original::recording::{Pair, Recording};
use conformance::autobahn::server::judge_server;
use conformance::autobahn::verdict::Outcome;
use conformance::program::ProgramLine;
use testkit::{Profile, Server, Step, build_one};

/// A case in which our verdicts may differ from the recorded ones, and why.
struct Exception {
    recording: &'static str,
    case: &'static str,
    /// Our verdicts; `None` if they are not the same each time.
    ours: Option<&'static str>,
    #[expect(dead_code, reason = "it is for people")]
    reason: &'static str,
}

const EXCEPTIONS: [Exception; 4] = [
    one_read_for_a_frame("3.3"),
    one_read_for_a_frame("3.4"),
    one_read_for_a_frame("4.1.5"),
    one_read_for_a_frame("4.2.5"),
];

const fn one_read_for_a_frame(case: &'static str) -> Exception {
    Exception {
        recording: "tutorials",
        case,
        ours: None,
        reason: "The server takes one read for one frame. The original waits some microseconds \
                 between the writes of this case, so that chance decides how many the server reads \
                 at once, and what it answers.",
    }
}

/// How many cases run at the same time against a server that never answers.
const WAITING: usize = 64;

/// The groups that take minutes.
const HEAVY: [&str; 3] = ["9", "12", "13"];

/// Which of the recorded cases are run.
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "a file with tests uses one of them")]
pub(crate) enum Cases {
    /// All but the groups that take minutes.
    Quick,
    /// All.
    All,
}

/// What a recording is about.
enum Peer {
    /// A server, and the path on which it echoes.
    Server(Server, &'static str),
    Client(ProgramLine),
}

/// Judges the peer of this recording, and compares.
pub(crate) fn judges_as_recorded(name: &str, cases: Cases) {
    let file = recorded().join(format!("{name}.json"));
    let recording = Recording::read(&file).unwrap();
    let mut verdicts = recording.verdicts().unwrap();
    verdicts.retain(|case, _| {
        let group = case.split('.').next().unwrap();
        cases == Cases::All || !HEAVY.contains(&group)
    });
    let numbers: Vec<&str> = verdicts.keys().map(String::as_str).collect();
    let outcomes = judge(name, &numbers);
    assert_eq!(outcomes.len(), verdicts.len());
    let problems: Vec<String> = outcomes
        .iter()
        .filter_map(|outcome| {
            let (case, original) = (&outcome.case, verdicts[&outcome.case]);
            problem(name, case, &original.to_string(), &Pair::of(outcome).to_string()).map(
                |problem| format!("{case}: {problem}. {} {}", outcome.result, outcome.result_close),
            )
        })
        .collect();
    let (peer, count) = (&recording.peer, problems.len());
    assert!(problems.is_empty(), "{peer}, {count} cases:\n{}", problems.join("\n"));
}

/// What is wrong about our verdicts on a case, if something is.
fn problem(name: &str, case: &str, original: &str, ours: &str) -> Option<String> {
    let mut exceptions = EXCEPTIONS.iter().filter(|it| it.recording == name && it.case == case);
    match exceptions.next().map(|exception| exception.ours) {
        Some(None) => None,
        Some(Some(_)) if ours == original => Some("the exception is no longer needed".to_owned()),
        Some(Some(expected)) if ours == expected => None,
        None if ours == original => None,
        _ => Some(format!("the original {original}; ours {ours}")),
    }
}

fn judge(name: &str, cases: &[&str]) -> Vec<Outcome> {
    match start(name) {
        Peer::Client(line) => judge_client(&line, cases, None, &|_| {}),
        Peer::Server(server, path) => {
            // In most cases the judge only waits for a server that never answers.
            let is_slow = ["step-2", "step-3", "tutorials"].contains(&name) || name.contains("odd");
            let jobs = is_slow.then_some(WAITING);
            judge_server(&server.ws_url(path).parse().unwrap(), cases, jobs, &|_| {})
        }
    }
    .unwrap()
}

/// Builds and starts the peer of this recording.
fn start(name: &str) -> Peer {
    let odd = name.strip_prefix("odd-");
    let server = match name {
        "step-5-client" => {
            return Peer::Client(ProgramLine::new(&build("echo", "autobahn_client")));
        }
        "tungstenite-0.30.0-client" => {
            return Peer::Client(ProgramLine::new(&example("tungstenite_client")));
        }
        "websockets-17.4-client" => return client("python3", "websockets_client.py"),
        "ws-8.23.0-client" => return client("node", "ws_client.mjs"),
        "step-6" => return Peer::Server(step("6", &["--compression", "on"]), "/echo"),
        "tungstenite-0.30.0" => Server::start(example("tungstenite_echo"), &[]),
        "fastwebsockets-0.10.0" => Server::start(example("fastwebsockets_echo"), &[]),
        "websockets-17.4" => script("python3", &peer("websockets_server.py"), &[]),
        "ws-8.23.0" => script("node", &peer("ws_server.mjs"), &[]),
        "tutorials" => script("python3", &tutorials(), &[]),
        _ if odd.is_some() => script("python3", &peer("odd_server.py"), odd.as_slice()),
        _ => step(name.strip_prefix("step-").unwrap(), &[]),
    };
    Peer::Server(server, "/")
}

fn step(label: &str, flags: &[&str]) -> Server {
    Step::labelled(label).unwrap().start(Profile::current(), flags).unwrap()
}

fn example(name: &str) -> PathBuf {
    build(env!("CARGO_PKG_NAME"), name)
}

fn build(package: &str, example: &str) -> PathBuf {
    build_one(package, "--example", example, Profile::current()).unwrap()
}

fn script(interpreter: &str, script: &Path, arguments: &[&str]) -> Server {
    let mut command = Command::new(interpreter);
    command.arg(script).arg(Server::ANY_PORT).args(arguments);
    Server::start_command(command)
}

fn client(interpreter: &str, script: &str) -> Peer {
    let line = format!("{interpreter} '{}' {{url}}", peer(script).display());
    Peer::Client(line.parse().unwrap())
}

fn recorded() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recorded")
}

fn peer(file: &str) -> PathBuf {
    recorded().join("peers").join(file)
}

fn tutorials() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/tutorial_echo.py")
}
