//! The output of the step does not have to be read.

use testkit::{Unread, UnreadServer, Wire};

/// Sends far more than a pipe holds (64 KiB on Linux) when it is shown, and expects that others are
/// still served.
fn is_served(unread: Unread) {
    let server = UnreadServer::start(env!("CARGO_BIN_EXE_handshake"), &[], unread);
    for _ in 0..10 {
        let mut browser = Wire::connect(&server);
        browser.opens("/");
        // The step ends the connection after 64 KiB, so it has shown them all.
        browser.sends(&vec![0; 64 * 1024]).expects_end();
        assert!(!browser.transcript().ends_with("(reset)"), "the step has not read to the end");
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
