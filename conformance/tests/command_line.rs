//! The command itself: its exit code, and its help.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(dead_code, reason = "a part of the server is not asked for here")]

mod support;

use std::process::{Command, Output};

use support::{Flaw, start};

fn check(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_ws-judge");
    Command::new(program).arg("check").args(arguments).output().unwrap()
}

#[test]
fn the_exit_code_says_how_it_went() {
    let good = check(&[&start(None), "--only", "framing/ping"]);
    assert_eq!(good.status.code(), Some(0), "{good:?}");
    let bad = check(&[&start(Some(Flaw::NoPong)), "--only", "framing/ping"]);
    assert_eq!(bad.status.code(), Some(1), "{bad:?}");
    for wrong in ["wss://127.0.0.1/", "http://127.0.0.1/", "7", "ws://127.0.0.1:99999/"] {
        let output = check(&[wrong]);
        assert_eq!(output.status.code(), Some(2), "{wrong}: {output:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty());
    }
}

#[test]
fn json_is_all_that_is_on_standard_output_and_junit_is_in_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.xml");
    let url = start(None);
    let output =
        check(&[&url, "--only", "framing/ping", "--json", "--junit", file.to_str().unwrap()]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((json["failed"].as_u64(), json["url"].as_str()), (Some(0), Some(url.as_str())));
    assert!(std::fs::read_to_string(file).unwrap().contains("framing/ping"));
}

/// Nobody listens there: that is a failure that a course can grade, with everything else skipped.
#[test]
fn a_server_that_is_not_there_fails_the_first_check() {
    let output = check(&[&start(Some(Flaw::DoesNotListen)), "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((json["failed"].as_u64(), output.status.code()), (Some(1), Some(1)));
    assert_eq!(json["checks"][0]["id"], "tcp/accept");
}
