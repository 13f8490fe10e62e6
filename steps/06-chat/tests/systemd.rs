//! The unit file `deploy/chat@.service`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fs::write;
use std::time::{Duration, Instant};

use support::{Member, start};
use tempfile::TempDir;
use testkit::runs_to_its_end;

mod support;

const UNIT: &str = include_str!("../../../deploy/chat@.service");
/// The program in the unit.
const PROGRAM: &str = "/usr/local/bin/chat";

/// The value of a setting of the unit. A backslash at the end of a line joins it with the next one.
fn setting(name: &str) -> String {
    let unit = UNIT.replace("\\\n", " ");
    let mut lines = unit.lines();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap().to_owned()
}

/// systemd finds nothing to complain about. It reports an unknown setting without failing.
#[test]
#[ignore = "needs systemd-analyze: install systemd"]
fn systemd_understands_the_unit() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("chat@9006.service");
    for (broken, complaint) in [("", ""), ("Restart=sometimes\n", "sometimes")] {
        let unit = UNIT.replace(PROGRAM, env!("CARGO_BIN_EXE_chat"));
        write(&path, unit.replace("[Service]\n", &format!("[Service]\n{broken}"))).unwrap();
        let end = runs_to_its_end("systemd-analyze", &["verify", path.to_str().unwrap()]);
        assert_eq!(end.code, Some(0), "{}", end.errors);
        let about_us = |line: &&str| line.contains("chat@");
        let complaints: Vec<&str> = end.errors.lines().filter(about_us).collect();
        assert_eq!(complaints.is_empty(), complaint.is_empty(), "{complaints:?}");
        assert!(complaints.iter().all(|line| line.contains(complaint)), "{complaints:?}");
    }
}

/// The command line of the unit starts a chat, also before there is a Redis. SIGTERM ends it within the
/// time that the unit gives it.
#[test]
fn the_command_of_the_unit_starts_a_chat_and_sigterm_ends_it() {
    let command = setting("ExecStart");
    let mut words = command.split_whitespace();
    assert_eq!((words.next(), words.next()), (Some(PROGRAM), Some("127.0.0.1:%i")));
    let flags: Vec<&str> = words.collect();
    assert!(flags.contains(&"redis://127.0.0.1"));
    // Nobody listens on this port.
    let flags: Vec<&str> = flags
        .into_iter()
        .map(|flag| if flag == "redis://127.0.0.1" { "redis://127.0.0.1:1" } else { flag })
        .collect();
    let mut server = start(&flags);
    let mut echo = Member::connects(&server, "/echo");
    let seconds = setting("TimeoutStopSec").trim_end_matches('s').parse().unwrap();
    let asked = Instant::now();
    server.asks_to_end();
    echo.wire.expects_close(1001);
    // It does not answer, so the server waits for it.
    assert!(server.waits_for_exit().success());
    assert!(asked.elapsed() < Duration::from_secs(seconds) / 2, "it took {:?}", asked.elapsed());
}

/// The unit allows as many file descriptors as the chat may have connections.
#[test]
fn there_is_a_file_descriptor_for_each_connection() {
    let descriptors: u32 = setting("LimitNOFILE").parse().unwrap();
    let command = setting("ExecStart");
    let (_, connections) = command.split_once("--max-connections ").unwrap();
    let connections: u32 = connections.trim().parse().unwrap();
    // For pages and polls, and for everything else.
    let (others, rest) = (10_000, 1_000);
    assert!(descriptors >= connections + others + rest, "{descriptors}");
}
