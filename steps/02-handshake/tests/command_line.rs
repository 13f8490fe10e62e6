//! What a person sees who starts the program in the wrong way, or asks how.

use testkit::{End, Server, runs_to_its_end};

fn runs(arguments: &[&str]) -> End {
    runs_to_its_end(env!("CARGO_BIN_EXE_handshake"), arguments)
}

#[test]
fn a_flag_that_makes_no_sense_keeps_the_server_from_starting() {
    let flags = [
        ["--origin", "friend.example"],
        ["--subprotocol", "a b"],
        ["--subprotocol", ""],
        ["--subprotocol", "chat,superchat"],
    ];
    let problem = |[flag, value]: [&str; 2]| {
        let end = runs(&["127.0.0.1:0", flag, value]);
        assert_eq!((end.code, end.output.as_str()), (Some(2), ""));
        end.errors
    };
    insta::assert_snapshot!(flags.map(problem).join("\n"));
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
