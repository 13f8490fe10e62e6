//! The programs in `workshop/accept/`, which the book shows, compute the accept value of the key in
//! the standard (RFC 6455 §1.3).
//!
//! A language that is not installed is skipped. On a build server, where `CI` is set, the first
//! three must be there. The program in C# is not run: it needs a project around it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::env;
use std::process::Command;

use testkit::{ACCEPT, find_program, workspace};

/// Runs the program in this file, if the language is installed, and compares what it prints.
fn prints_the_accept_value(command: &[&str], file: &str, is_usual: bool) {
    if find_program(&command[..1]).is_none() {
        let is_required = is_usual && env::var("CI").is_ok_and(|value| value == "true");
        assert!(!is_required, "{} is not installed", command[0]);
        return;
    }
    let output = Command::new(command[0])
        .args(&command[1..])
        .arg(file)
        .current_dir(workspace().join("workshop/accept"))
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(printed.trim(), ACCEPT, "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn python_computes_the_accept_value() {
    prints_the_accept_value(&["python3"], "accept.py", true);
}

#[test]
fn node_computes_the_accept_value() {
    prints_the_accept_value(&["node"], "accept.mjs", true);
}

#[test]
fn java_computes_the_accept_value() {
    prints_the_accept_value(&["java"], "Accept.java", true);
}

#[test]
fn go_computes_the_accept_value() {
    prints_the_accept_value(&["go", "run"], "accept.go", false);
}

#[test]
fn php_computes_the_accept_value() {
    prints_the_accept_value(&["php"], "accept.php", false);
}
