//! WebSockets on streams, as HTTP/2 in another language sees them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::process::Command;

use testkit::{PythonH2, Server};

/// Opens two WebSockets on one connection, and lets both be echoed and closed.
#[test]
#[ignore = "needs Python's h2: just setup"]
fn python_opens_two_websockets_on_one_connection() {
    let server = Server::start(env!("CARGO_BIN_EXE_http2"), &["--prior-knowledge"]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peer.py");
    let mut command = Command::new(PythonH2::find().unwrap());
    let output = command.arg(script).arg(server.address().port().to_string()).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).lines().collect::<Vec<_>>(),
        [
            "1: 200",
            "3: 200",
            "1: hello 1",
            "3: hello 3",
            "1: closed with 1000",
            "3: closed with 1000"
        ]
    );
}
