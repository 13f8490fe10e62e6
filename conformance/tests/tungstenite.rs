//! An independent server that is right, and where it takes the standard more lightly than we do.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use conformance::checker::options::Options;
use conformance::checker::report::ruling::Verdict;
use conformance::checker::runner::run;

/// An echo server as its documentation shows it.
fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let Ok(mut socket) = tungstenite::accept(stream) else { return };
                while let Ok(message) = socket.read() {
                    let is_data = message.is_text() || message.is_binary();
                    if is_data && socket.send(message).is_err() {
                        return;
                    }
                }
                // What is owed after a failure or a close.
                let _ = socket.close(None);
                while socket.flush().is_ok() && socket.read().is_ok() {}
            });
        }
    });
    url
}

/// Each of these was looked at by hand; conformance/FINDINGS.md says what it means.
#[test]
fn tungstenite_fails_only_what_is_known_and_in_time() {
    let report = run(&Options::new(start().parse().unwrap()), &|_, _| {}).unwrap();
    let text = report.for_people(false);
    assert_eq!(report.ids(Verdict::Failed), KNOWN, "{text}");
    assert!(report.time < Duration::from_secs(30), "{text}");
}

/// What tungstenite's `accept` takes, or leaves to whoever calls it.
const KNOWN: [&str; 3] = ["handshake/host", "handshake/key-repeated", "handshake/error-status"];
