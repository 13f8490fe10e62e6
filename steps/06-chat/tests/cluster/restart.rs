//! One process that keeps its log in a folder (`--data DIR`): it is killed and started again, and
//! nothing that was confirmed is lost.

use std::path::Path;
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{PATIENCE, Server, runs_to_its_end};

use crate::page::{Page, numbers, stranger_tries};
use crate::support::{Member, gets, posts, start};

/// Starts a process with its log in this folder.
#[track_caller]
fn starts_in(folder: &Path, flags: &[&str]) -> Server {
    let folder = folder.to_string_lossy();
    start(&[flags, &["--data", &folder, "--rate", "100000"]].concat())
}

/// Killed in the middle of 10,000 messages: all that was confirmed is there, in order, once. The
/// page sends the others again, and they are there once, too.
#[test]
fn a_kill_in_the_middle_of_ten_thousand_messages_loses_nothing() {
    const COUNT: usize = 10_000;
    let folder = TempDir::new().unwrap();
    let flags = ["--history", "20000", "--max-queue", "100000000"];
    let mut ada = Page::new("tea", "Ada");
    let mut from = 0;
    for kill_at in [1_000, 3_333, 7_000, COUNT] {
        let server = starts_in(folder.path(), &flags);
        ada.comes_back(&server);
        let to = COUNT.min(kill_at + 500);
        ada.sends_numbers(from, to);
        from = to;
        ada.receives_until(|page| page.seen.len() >= kill_at);
    }
    assert_eq!(ada.seen, numbers("Ada", 0, COUNT));
    let server = starts_in(folder.path(), &flags);
    let mut bob = Page::new("tea", "Bob");
    bob.has_seen("0-0").is_admitted(&server).sees(&format!("Ada {}", COUNT - 1));
    assert!(bob.seen == ada.seen, "not the same, in order and once");
}

/// A member comes back at once, and has missed nothing. Names end with their process, so a name
/// whose holder has not come back is free.
#[test]
fn members_come_back_after_a_kill_and_names_are_free() {
    let folder = TempDir::new().unwrap();
    let server = starts_in(folder.path(), &[]);
    let mut ada = Page::enters(&server, "tea", "Ada");
    let _bob = Page::enters(&server, "tea", "Bob");
    ada.sends("1").is_confirmed();
    drop(server);
    let server = starts_in(folder.path(), &[]);
    ada.is_admitted(&server).sends("2").is_confirmed();
    assert_eq!(ada.seen, ["Ada 1", "Ada 2"]);
    assert_eq!(stranger_tries(&server, "tea", "Ada").code(), Some(1008));
    let mut stranger = Page::with_session("tea", "Bob", "stranger");
    stranger.is_admitted(&server);
    ada.is_with(&["Ada", "Bob"]);
}

/// After a clean stop, the names are free at once.
#[cfg(unix)]
#[test]
fn a_clean_stop_gives_the_names_back() {
    let folder = TempDir::new().unwrap();
    let mut server = starts_in(folder.path(), &[]);
    let mut ada = Page::enters(&server, "tea", "Ada");
    server.asks_to_end();
    assert_eq!(ada.receives_the_rest(), Some(1001));
    assert!(server.waits_for_exit().success());
    let server = starts_in(folder.path(), &[]);
    let mut stranger = Page::with_session("tea", "Ada", "stranger");
    stranger.is_admitted(&server);
    assert_eq!(stranger.here.len(), 1);
}

/// Votes are counted even if they are older than the events that are kept, and a vote that is sent
/// again after the restart counts once.
#[test]
fn votes_survive_a_kill() {
    const THREADS: usize = 8;
    const COUNT: usize = 400;
    let folder = TempDir::new().unwrap();
    let flags = ["--history", "100"];
    let server = starts_in(folder.path(), &flags);
    let vote = |number: usize| json!({"candidate": "Ada", "key": number.to_string()}).to_string();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let server = &server;
            scope.spawn(move || {
                for number in (thread..COUNT).step_by(THREADS) {
                    assert_eq!(posts(server, "/votes", &vote(number)).status, 202);
                }
            });
        }
    });
    drop(server);
    let server = starts_in(folder.path(), &flags);
    let counts = || -> Value {
        let polled: Value =
            serde_json::from_str(gets(&server, "/votes?after=0-0&wait=0").text()).unwrap();
        let first = Member::connects(&server, "/vote/socket").hears();
        assert_eq!(polled["counts"], first["counts"]);
        polled["counts"]["Ada"].clone()
    };
    assert_eq!(counts(), COUNT);
    assert_eq!(posts(&server, "/votes", &vote(COUNT - 1)).status, 202);
    assert_eq!(counts(), COUNT);
}

/// Only one process at a time can use a folder. The second one says so before it listens.
#[test]
fn a_folder_belongs_to_one_process() {
    let folder = TempDir::new().unwrap();
    let server = starts_in(folder.path(), &[]);
    let arguments = [Server::ANY_PORT, "--data", &folder.path().to_string_lossy()];
    let end = runs_to_its_end(env!("CARGO_BIN_EXE_chat"), &arguments);
    assert_ne!(end.code, Some(0));
    assert_eq!(end.output, "");
    assert!(end.errors.contains(&*folder.path().to_string_lossy()), "{}", end.errors);
    // The first one is not affected.
    Page::enters(&server, "tea", "Ada").sends("1").is_confirmed();
}

/// A reader who has not seen the end before the process was killed goes on where they were.
#[test]
fn a_reader_goes_on_after_a_kill() {
    let folder = TempDir::new().unwrap();
    let server = starts_in(folder.path(), &[]);
    let mut ada = Page::enters(&server, "tea", "Ada");
    let mut bob = Page::enters(&server, "tea", "Bob");
    bob.sends("0").is_confirmed();
    ada.sees("Bob 0");
    bob.sends_numbers(1, 1_000).is_confirmed();
    drop(server);
    let server = starts_in(folder.path(), &[]);
    ada.comes_back(&server);
    bob.comes_back(&server).sends("the end").is_confirmed();
    ada.sees("Bob the end");
    assert_eq!(ada.seen[..1_000], numbers("Bob", 0, 1_000));
    assert_eq!(ada.seen.len(), 1_001);
    assert!(ada.receives_within(PATIENCE / 100).is_none_or(|news| news["type"] != "message"));
}
