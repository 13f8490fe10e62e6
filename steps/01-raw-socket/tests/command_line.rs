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
    let mut command = Command::new(env!("CARGO_BIN_EXE_raw-socket"));
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
fn a_taken_port_is_told_in_one_line() {
    let server = Server::start(env!("CARGO_BIN_EXE_raw-socket"), &[]);
    let address = server.address().to_string();
    let end = runs(&[&address]);
    assert_eq!(end.code, Some(1));
    assert_eq!(end.output, "");
    assert_eq!(
        end.errors,
        format!(
            "cannot listen on {address}: another program has that port; \
             127.0.0.1:0 picks a free port\n"
        )
    );
}

#[test]
fn an_argument_that_is_no_address_is_told_in_one_line() {
    let end = runs(&["nine-thousand"]);
    assert_eq!((end.code, end.output.as_str()), (Some(1), ""));
    insta::assert_snapshot!(end.errors);
}

#[test]
fn help_says_what_the_program_does_and_takes() {
    let long = runs(&["--help"]);
    assert_eq!((long.code, long.errors.as_str()), (Some(0), ""));
    insta::assert_snapshot!(long.output);
    assert_eq!(runs(&["-h"]).output, long.output);
}

#[test]
fn an_unknown_flag_is_answered_with_the_usage() {
    let end = runs(&["--port"]);
    assert_eq!((end.code, end.output.as_str()), (Some(2), ""));
    insta::assert_snapshot!(end.errors);
}

#[test]
fn a_second_address_is_answered_with_the_usage() {
    let end = runs(&["127.0.0.1:0", "127.0.0.1:0"]);
    assert_eq!(end.code, Some(2));
    assert!(end.errors.starts_with("expected one address at most, got: 127.0.0.1:0 127.0.0.1:0\n"));
}
