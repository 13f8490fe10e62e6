//! The peers whose verdicts by the original are recorded, and how each is judged by ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use conformance::autobahn::client::judge_client;
use conformance::autobahn::original::recording::{Pair, Recording};
use conformance::autobahn::server::judge_server;
use conformance::autobahn::verdict::Outcome;
use conformance::program::ProgramLine;
use testkit::{Profile, Server, Step, build_one};

/// Cases in which the judge writes a good frame, a bad one and a ping, each by itself or byte by
/// byte. It cannot tell how many of these writes a peer reads at once. For some peers the verdicts
/// depend on that, and the original's are then not the same in every run either.
const WRITTEN_APART: [&str; 4] = ["3.3", "3.4", "4.1.5", "4.2.5"];

/// The recordings in which [`WRITTEN_APART`] is not compared, and why. There are no other
/// exceptions.
const UNSTEADY: [(&str, &str); 3] = [
    ("tutorials", "The server takes one read for one frame."),
    ("websockets-17.4", "A fault is acted on before the good frames that were read with it."),
    ("websockets-17.4-client", "As the server of the same library."),
];

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

/// The peer of a recording.
enum Peer {
    /// A server, and the path on which it echoes.
    Server(Server, &'static str),
    Client(ProgramLine),
}

/// A test for each recording, in these cases.
#[allow(unused_macros, reason = "a file with tests may judge its recordings side by side")]
macro_rules! recorded {
    ($cases:path, $($test:ident $name:literal)*) => {
        $(
            #[test]
            fn $test() {
                recorded::judges_as_recorded($name, $cases);
            }
        )*
    };
}

/// Judges the peer of this recording, and compares.
pub(crate) fn judges_as_recorded(name: &str, cases: Cases) {
    let file = recorded().join(format!("{name}.json"));
    let recording = Recording::read(&file).unwrap();
    let mut verdicts = recording.verdicts().unwrap();
    verdicts.retain(|case, _| {
        let group = case.split('.').next().unwrap();
        let is_unsteady = WRITTEN_APART.contains(&case.as_str())
            && UNSTEADY.iter().any(|(recording, _)| *recording == name);
        !is_unsteady && (cases == Cases::All || !HEAVY.contains(&group))
    });
    let numbers: Vec<&str> = verdicts.keys().map(String::as_str).collect();
    let outcomes = judge(name, &numbers);
    assert_eq!(outcomes.len(), verdicts.len());
    let problem = |outcome: &Outcome| {
        let Outcome { case, result, result_close, .. } = outcome;
        let (original, ours) = (verdicts[case], Pair::of(outcome));
        (original != ours).then(|| {
            format!("{case}: the original {original}; ours {ours}. {result} {result_close}")
        })
    };
    let problems: Vec<String> = outcomes.iter().filter_map(problem).collect();
    let (peer, count) = (&recording.peer, problems.len());
    assert!(problems.is_empty(), "{peer}, {count} cases:\n{}", problems.join("\n"));
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
