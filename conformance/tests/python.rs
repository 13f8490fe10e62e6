//! The tutorials' server in their own language. Needs Python 3, as `python3`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use conformance::checker::options::Options;
use conformance::checker::report::ruling::Verdict;
use conformance::checker::runner::run;

/// Kills the server when the test is over.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "needs Python 3"]
fn the_faults_of_the_tutorials_are_named_in_their_own_language() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/tutorial_echo.py");
    let mut command = Command::new("python3");
    command.args([script, "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Server(command.spawn().unwrap());
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().replace("listening on http", "ws");
    let report = run(&Options::new(url.parse().unwrap()), &|_, _| {}).unwrap();
    let failed = report.with(Verdict::Failed);
    let named: HashSet<&str> = failed.filter_map(|ruling| ruling.check.fault).collect();
    for fault in ["F1", "F2", "F3", "F8", "F9", "F10", "F11", "F12", "F13", "F14"] {
        assert!(named.contains(fault), "{fault} in\n{}", report.for_people(false));
    }
}
