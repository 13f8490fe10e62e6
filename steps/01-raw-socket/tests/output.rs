//! The output of the step does not have to be read.

use testkit::{Unread, UnreadServer, Wire};

/// Sends far more than a pipe holds (64 KiB on Linux) when it is shown, and expects an answer to the
/// next request.
fn is_served(unread: Unread) {
    let server = UnreadServer::start(env!("CARGO_BIN_EXE_raw-socket"), &[], unread);
    for _ in 0..10 {
        let mut visitor = Wire::connect(&server);
        let cookie = "c".repeat(16 * 1024);
        let request = format!("GET / HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n");
        assert_eq!(visitor.sends_text(&request).expects_response().status, 200);
    }
}

#[test]
fn a_closed_output_ends_no_connection() {
    is_served(Unread::Closed);
}

#[test]
fn a_full_output_delays_no_connection() {
    is_served(Unread::Full);
}
