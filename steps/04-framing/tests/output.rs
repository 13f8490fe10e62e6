//! The output of the step does not have to be read.

use testkit::{Frame, Unread, UnreadServer, Wire};

/// Sends frames whose pictures are far more than a pipe holds (64 KiB on Linux), and expects each of
/// them back.
fn is_served(unread: Unread) {
    let server = UnreadServer::start(env!("CARGO_BIN_EXE_framing"), &[], unread);
    let mut browser = Wire::connect(&server);
    browser.opens("/");
    for _ in 0..200 {
        browser.sends_frame(&Frame::text("hello"));
        assert_eq!(browser.expects_frame().into_text(), "hello");
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
