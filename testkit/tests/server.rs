//! A program under test: how it is started, watched and ended.

use testkit::{Server, Wire};

const STUB: &str = env!("CARGO_BIN_EXE_stub-server");

#[test]
fn a_server_is_reached_at_the_address_it_prints() {
    let server = Server::start(STUB, &[]);
    assert_eq!(server.url("/page"), format!("http://{}/page", server.address()));
    assert_eq!(server.ws_url("/echo"), format!("ws://{}/echo", server.address()));
    let mut client = Wire::connect(&server);
    client.sends(&[0xab]).half_closes().expects_end();
    assert_eq!(server.waits_for_line_with("byte"), "byte ab");
    assert!(server.output().ends_with("\nbyte ab"), "{}", server.output());
    server.waits_for_line_with("a client");
    assert_eq!(server.errors(), "a client came");
    assert_eq!(
        client.transcript(),
        "→ ab\n× half-closed by the client, which still reads\n× closed by the server"
    );
}

#[test]
#[should_panic(expected = "printed `go away`")]
fn a_program_that_prints_something_else_fails_the_test() {
    let _ = Server::start(STUB, &["--rude"]);
}

#[test]
#[should_panic(expected = "I am not well")]
fn a_failing_start_shows_standard_error_too() {
    let _ = Server::start(STUB, &["--rude"]);
}

#[test]
fn a_server_that_ends_by_itself_is_waited_for() {
    let mut server = Server::start(STUB, &["--brief"]);
    let _client = Wire::connect(&server);
    assert!(server.waits_for_exit().success());
}

#[test]
#[should_panic(expected = "no line with `never`")]
fn a_line_that_can_no_longer_come_fails_at_once() {
    let server = Server::start(STUB, &["--brief"]);
    let _client = Wire::connect(&server);
    server.waits_for_line_with("never");
}

/// A server that closes with bytes unread resets the connection: the client may lose what it was
/// sent last. The transcript says so.
#[test]
#[cfg(unix)]
fn a_reset_is_an_end_and_is_noted() {
    let server = Server::start(STUB, &["--reset"]);
    let mut client = Wire::connect(&server);
    client.sends(&[1, 2, 3]).expects_end();
    assert_eq!(client.transcript(), "→ 01 02 03\n× closed by the server (reset)");
}

#[test]
#[cfg(unix)]
fn a_server_is_asked_to_end() {
    use std::os::unix::process::ExitStatusExt as _;
    let mut server = Server::start(STUB, &[]);
    server.asks_to_end();
    assert_eq!(server.waits_for_exit().signal(), Some(15));
}

#[test]
#[cfg(target_os = "linux")]
fn a_dropped_server_is_gone() {
    let server = Server::start(STUB, &[]);
    let process = format!("/proc/{}", server.pid());
    assert!(std::fs::exists(&process).unwrap());
    drop(server);
    assert!(!std::fs::exists(&process).unwrap());
}
