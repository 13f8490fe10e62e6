//! The URL of Redis: what is wrong with it is reported before anybody can connect, and a password
//! in it is never printed.

use std::process::Command;

use testkit::{PATIENCE, Program, Redis, Server, runs_to_its_end};

use crate::page::Page;
use crate::process::process_at;
use crate::support::start;

const CHAT: &str = env!("CARGO_BIN_EXE_chat");

/// The program ends, and says why, before it has printed "listening on".
#[test]
fn a_wrong_url_is_reported_before_anybody_can_connect() {
    for url in [
        "localhost",
        "http://127.0.0.1:6379",
        "redis://",
        "redis://127.0.0.1:port",
        "redis://127.0.0.1:99999",
        "redis://127.0.0.1:6379/database",
        "redis+unix",
        "",
    ] {
        let end = runs_to_its_end(CHAT, &[Server::ANY_PORT, "--redis", url]);
        assert_ne!(end.code, Some(0), "{url}");
        assert_eq!(end.output, "", "{url}");
        assert!(end.errors.contains("redis"), "{url}: {}", end.errors);
    }
}

#[test]
fn a_password_in_a_wrong_url_is_not_printed() {
    for url in [
        "http://ada:s3cret@127.0.0.1:6379",
        "redis://ada:s3cret@127.0.0.1:port",
        "redis://:s3/cr#et@127.0.0.1:6379",
        "redis://ada:s3cret@127.0.0.1:6379/database",
        "s3cret@127.0.0.1:6379",
        "redis:/:s3cret@127.0.0.1",
    ] {
        let end = runs_to_its_end(CHAT, &[Server::ANY_PORT, "--redis", url]);
        let printed = format!("{}{}", end.output, end.errors);
        assert!(!printed.contains("s3"), "{url}: {printed}");
        assert!(!printed.contains("cret"), "{url}: {printed}");
    }
}

#[test]
#[ignore = "needs redis-server: just setup"]
fn a_password_is_used_and_never_printed() {
    let redis = Redis::start_with(&["--requirepass", "s3cret"]);
    let right = format!("redis://:s3cret@{}", redis.address());
    let server = process_at(&right);
    let mut ada = Page::enters(&server, "tea", "Ada");
    ada.sends("1").is_confirmed();
    // A password that Redis does not accept is an outage, which is printed.
    let wrong = format!("redis://:wr0ng@{}", redis.address());
    let mut program = Command::new(CHAT);
    program.args([Server::ANY_PORT, "-vv", "--redis", &wrong]);
    let program = Program::start(program).unwrap();
    let line = program.line(PATIENCE, |line| line.to_lowercase().contains("password"));
    assert!(line.is_some(), "{}", program.everything());
    let printed = [program.everything(), server.output(), server.errors()].concat();
    assert!(!printed.contains("wr0ng") && !printed.contains("s3cret"), "{printed}");
}

/// A user of Redis that has a name, and a database with a number.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_user_and_a_database_are_used() {
    let redis = Redis::start();
    redis.asks(&["ACL", "SETUSER", "ada", "on", ">s3cret", "~*", "&*", "+@all"]);
    redis.asks(&["ACL", "SETUSER", "default", "off"]);
    let url = format!("redis://ada:s3cret@{}/3", redis.address());
    let (left, right) = (process_at(&url), process_at(&url));
    let mut ada = Page::enters(&left, "tea", "Ada");
    let mut bob = Page::enters(&right, "tea", "Bob");
    ada.sends("1").is_confirmed();
    bob.sees("Ada 1");
}

/// A Redis that is not there is no mistake in the URL: the server starts, and waits for it.
#[test]
#[ignore = "needs redis-server: just setup"]
fn a_redis_that_is_not_there_is_waited_for() {
    let mut redis = Redis::away();
    let server = start(&["--redis", &redis.url()]);
    redis.comes_back();
    let mut ada = Page::new("tea", "Ada");
    ada.comes_back(&server).sends("1").is_confirmed();
}
