//! What a person sees who starts the program in the wrong way, or asks how.
#![allow(clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use testkit::{PATIENCE, Server};

/// How a program ended: its exit code, and what it printed to either output.
struct End {
    code: Option<i32>,
    output: String,
    errors: String,
}

/// Runs the program with these arguments until it ends by itself.
fn runs(arguments: &[&str]) -> End {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handshake"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program can be started");
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let (sender, printed) = mpsc::channel();
    thread::spawn(move || {
        let (mut output, mut errors) = (String::new(), String::new());
        let _ = stdout.as_mut().map(|stdout| stdout.read_to_string(&mut output));
        let _ = stderr.as_mut().map(|stderr| stderr.read_to_string(&mut errors));
        let _ = sender.send((output, errors));
    });
    let printed = printed.recv_timeout(PATIENCE);
    // For one that has not ended; otherwise there is nothing left to kill.
    let _ = child.kill();
    let code = child.wait().expect("a child can be waited for").code();
    let (output, errors) = printed.expect("the program should end by itself");
    End { code, output, errors }
}

#[test]
fn an_origin_that_is_none_is_told_in_one_line() {
    let end = runs(&["127.0.0.1:0", "--origin", "friend.example"]);
    assert_eq!((end.code, end.output.as_str()), (Some(1), ""));
    insta::assert_snapshot!(end.errors);
}

#[test]
fn a_taken_port_is_told_in_one_line() {
    let server = Server::start(env!("CARGO_BIN_EXE_handshake"), &[]);
    let address = server.address().to_string();
    let end = runs(&[&address]);
    assert_eq!((end.code, end.output.as_str()), (Some(1), ""));
    let start = format!("cannot listen on {address}: another program has that port");
    assert!(end.errors.starts_with(&start), "{}", end.errors);
    assert_eq!(end.errors.lines().count(), 1);
}

#[test]
fn help_names_every_flag() {
    let end = runs(&["--help"]);
    assert_eq!((end.code, end.errors.as_str()), (Some(0), ""));
    for part in ["ADDRESS:PORT", "--origin <https://EXAMPLE.COM>", "--subprotocol <NAME>"] {
        assert!(end.output.contains(part), "{part} is missing:\n{}", end.output);
    }
}

#[test]
fn an_unknown_flag_is_answered_with_the_usage() {
    let end = runs(&["--orgin", "https://friend.example"]);
    assert_eq!((end.code, end.output.as_str()), (Some(2), ""));
    assert!(end.errors.contains("'--origin'"), "{}", end.errors);
}
