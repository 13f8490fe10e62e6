//! Printing must not end or delay a request, even if the output is closed or is not read.

use testkit::{Unread, UnreadServer, Wire};

/// Sends requests whose lines are much longer than a pipe holds (64 KiB on Linux), and expects that
/// each is answered.
fn goes_on_serving(unread: Unread) {
    let server = UnreadServer::start(env!("CARGO_BIN_EXE_polling"), &["--verbose"], unread);
    for number in 0..100 {
        let mut wire = Wire::connect(&server);
        let (host, long) = (wire.host(), "x".repeat(4_000));
        wire.sends_text(&format!("GET /votes?wait=0&{long} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert_eq!(wire.expects_response().status, 200, "request {number}");
    }
}

/// As by `just step 0 --verbose | head -1`.
#[test]
fn a_closed_output_ends_nothing() {
    goes_on_serving(Unread::Closed);
}

#[test]
fn a_full_output_delays_nothing() {
    goes_on_serving(Unread::Full);
}
