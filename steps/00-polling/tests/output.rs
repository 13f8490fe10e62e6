//! What the server prints must not end or delay a request, even if its output is closed or nobody
//! reads it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use testkit::Wire;

/// Ends a server.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // Either fails only if the server has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts `step 0 --verbose`, reads one line of its output, and sends requests whose lines are much
/// longer than a pipe holds (64 KiB on Linux). `is_closed` says whether the output is closed before
/// that, as by `| head -1`.
fn goes_on_serving(is_closed: bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_polling"));
    command.args(["127.0.0.1:0", "--verbose"]).stdin(Stdio::null());
    let mut server = Killed(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut output = BufReader::with_capacity(1, server.0.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("listening on http://").unwrap();
    let address: SocketAddr = address.parse().unwrap();
    let _open = (!is_closed).then_some(output);
    for number in 0..100 {
        let mut wire = Wire::connect(address);
        let (host, long) = (wire.host(), "x".repeat(4_000));
        wire.sends_text(&format!("GET /votes?wait=0&{long} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert_eq!(wire.expects_response().status, 200, "request {number}");
    }
}

#[test]
fn a_closed_output_ends_nothing() {
    goes_on_serving(true);
}

#[test]
fn a_full_output_delays_nothing() {
    goes_on_serving(false);
}
