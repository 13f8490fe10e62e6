//! Popular tutorials build a server that works in a demonstration. The checker names what is wrong.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/tutorial.rs"]
mod tutorial;

use std::collections::HashSet;
use std::net::TcpListener;
use std::thread;

use conformance::checker::options::Options;
use conformance::checker::report::ruling::{Report, Verdict};
use conformance::checker::runner::run;

/// The faults that show in such a server, by the list in the book.
const FAULTS: [&str; 10] = ["F1", "F2", "F3", "F8", "F9", "F10", "F11", "F12", "F13", "F14"];

fn judge() -> Report {
    run(&Options::new(tutorial::start().parse().unwrap()), &|_, _| {}).unwrap()
}

#[test]
fn the_faults_of_the_tutorials_are_named() {
    let report = judge();
    let named: HashSet<&str> =
        report.with(Verdict::Failed).filter_map(|ruling| ruling.check.fault).collect();
    for fault in FAULTS {
        assert!(named.contains(fault), "{fault} in\n{}", report.for_people(false));
    }
    assert!(report.with(Verdict::Failed).all(|ruling| !ruling.happened.is_empty()));
}

/// Fault F16, a common mistake: one connection, and then the program ends.
#[test]
fn a_server_that_serves_once_and_ends_is_told_so() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    let served = thread::spawn(move || drop(listener.accept()));
    let report = run(&Options::new(url.parse().unwrap()), &|_, _| {}).unwrap();
    served.join().unwrap();
    let failed: Vec<_> = report.with(Verdict::Failed).map(|ruling| ruling.check).collect();
    let told: Vec<_> = failed.iter().map(|check| (check.id, check.fault)).collect();
    assert_eq!(told, [("tcp/second-connection", Some("F16"))], "{}", report.for_people(false));
}

/// The checks for what such a server does right pass.
#[test]
fn what_the_tutorials_do_right_passes() {
    let passed = judge().ids(Verdict::Passed);
    for id in
        ["tcp/accept", "tcp/still-there", "handshake/accept", "unmasking/text", "framing/echo"]
    {
        assert!(passed.contains(&id), "{id}");
    }
}
