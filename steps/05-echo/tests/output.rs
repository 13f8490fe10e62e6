//! The server works also if its output is not read.

use testkit::{Frame, Unread, UnreadServer, Wire};

/// Opens and closes connections until their lines are much longer than a pipe can hold (64 KiB on
/// Linux), and expects each of them to be served.
fn is_served(unread: Unread) {
    let server = UnreadServer::start(env!("CARGO_BIN_EXE_echo"), &["--verbose"], unread);
    let target = format!("/{}", "x".repeat(2000));
    for _ in 0..100 {
        let mut wire = Wire::connect(&server);
        wire.opens(&target);
        wire.sends_frame(&Frame::text("hello"));
        assert_eq!(wire.expects_frame().into_text(), "hello");
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
