//! The tutorials' server in their own language, and servers with one odd habit each. Needs Python 3,
//! as `python3`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/recorded.rs"]
mod recorded;

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use conformance::checker::options::Options;
use conformance::checker::report::ruling::Verdict;
use conformance::checker::runner::run;
use recorded::{Cases, judges_as_recorded};

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

macro_rules! recorded {
    ($($test:ident $name:literal)*) => {
        $(
            #[test]
            #[ignore = "needs Python 3"]
            fn $test() {
                judges_as_recorded($name, Cases::Quick);
            }
        )*
    };
}

// Our port of Autobahn's cases has the verdicts of the original.
recorded! {
    tutorials "tutorials"
    odd_no_pong "odd-no-pong"
    odd_fragments "odd-fragments"
    odd_drops "odd-drops"
    odd_careless "odd-careless"
    odd_greets "odd-greets"
    odd_text "odd-text"
    odd_lingers "odd-lingers"
}
