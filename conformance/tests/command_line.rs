//! The command itself: its exit code, and its help.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(dead_code, reason = "a part of the server is not asked for here")]

mod support;

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use conformance::checker::checks::all;
use support::{Flaw, start};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ws-judge"));
    command.arg("check").args(arguments).env("COLUMNS", "80");
    command
}

fn check(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

#[test]
fn the_exit_code_says_how_it_went() {
    let good = check(&[&start(None), "--only", "framing/ping"]);
    assert_eq!(good.status.code(), Some(0), "{good:?}");
    let bad = check(&[&start(Some(Flaw::NoPong)), "--only", "framing/ping"]);
    assert_eq!(bad.status.code(), Some(1), "{bad:?}");
    let nobody = start(Some(Flaw::DoesNotListen));
    for (wrong, due) in [
        (&nobody[..], "cannot be checked. No connection: nothing listens on this port"),
        ("wss://127.0.0.1/", "cannot be checked"),
        ("ws://nobody.invalid/", "cannot be looked up"),
        ("http://127.0.0.1/", "not a ws://"),
        ("99", "there is no step 99"),
        ("ws://127.0.0.1:99999/", "cannot be looked up"),
    ] {
        let output = check(&[wrong]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{wrong}: {output:?}");
        assert!(stderr.contains(due) && output.stdout.is_empty(), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
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

/// Nobody listens there: the exit code says so, and the report can be graded all the same.
#[test]
fn a_server_that_is_not_there_fails_the_first_check() {
    let output = check(&[&start(Some(Flaw::DoesNotListen)), "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((json["failed"].as_u64(), output.status.code()), (Some(1), Some(2)));
    assert_eq!(json["checks"][0]["id"], "tcp/accept");
}

#[test]
fn a_file_that_cannot_be_written_is_known_before_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let output = check(&[&support::start(None), "--junit", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be written"));
    assert!(output.stdout.is_empty() && start.elapsed() < Duration::from_secs(1));
}

/// As with `| head -1`.
#[test]
fn a_reader_that_has_gone_is_no_reason_to_panic() {
    let url = start(Some(Flaw::NoPong));
    let mut command = command(&[&url, "--only", "framing/ping"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn values_that_cannot_be_sent_are_refused_at_the_start() {
    for (option, value) in [
        ("--header", "Cookie"),
        ("--header", "a b:c"),
        ("--header", "A:b\r\nC:d"),
        ("--header", "Upgrade:x"),
        ("--subprotocol", "a,b"),
        ("--only", "framing/pin"),
        ("--stage", "19"),
    ] {
        let output = check(&["ws://127.0.0.1:1/", option, value]);
        assert_eq!(output.status.code(), Some(2), "{option} {value}: {output:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty());
    }
}

#[test]
fn every_stage_and_check_is_listed() {
    let output = check(&["--list"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    for check in all() {
        assert!(text.contains(&format!("  {} ", check.id)), "{}", check.id);
    }
    let json: serde_json::Value =
        serde_json::from_slice(&check(&["--list", "--json"]).stdout).unwrap();
    assert_eq!(json[1]["checks"][1]["id"], "handshake/accept");
    assert_eq!((json[1]["stage"].as_u64(), json.as_array().unwrap().len()), (Some(2), 18));
}

/// A terminal has at least 80 columns.
#[test]
fn the_help_fits_a_terminal() {
    for help in ["-h", "--help"] {
        let text = String::from_utf8(check(&[help]).stdout).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}
