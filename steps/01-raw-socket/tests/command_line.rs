//! What a person sees who starts the program in the wrong way, or asks how.

use testkit::{End, Server, runs_to_its_end};

fn runs(arguments: &[&str]) -> End {
    runs_to_its_end(env!("CARGO_BIN_EXE_raw-socket"), arguments)
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
             127.0.0.1:0 picks a free port"
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
