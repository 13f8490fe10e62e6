//! The output of the step does not have to be read.

use testkit::{Frame, Unread, UnreadServer, Wire};

/// Sends far more than a pipe holds (64 KiB on Linux) when it is shown, and expects that all of it
/// is read.
fn is_served(unread: Unread) {
    let server = UnreadServer::start(env!("CARGO_BIN_EXE_unmasking"), &[], unread);
    let mut browser = Wire::connect(&server);
    browser.opens("/");
    for _ in 0..500 {
        browser.sends_frame(&Frame::text("x".repeat(1000)));
    }
    // A frame that is not masked is the only one that this step answers, by closing the connection.
    browser.sends(&[0x81, 0]).expects_end();
    assert!(!browser.transcript().ends_with("(reset)"), "the step has not read to the end");
}

#[test]
fn a_closed_output_ends_no_connection() {
    is_served(Unread::Closed);
}

#[test]
fn a_full_output_delays_no_connection() {
    is_served(Unread::Full);
}
