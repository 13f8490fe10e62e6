//! Clients that take their time (RFC 6455 §10.4). These two tests take as long as a handshake may.
#![allow(clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::io::Write;
use std::time::{Duration, Instant};

use handshake::HANDSHAKE_TIME;
use testkit::{Server, Wire};

/// When a server that should have given up has not.
const LATE: Duration = HANDSHAKE_TIME.saturating_add(Duration::from_secs(8));

fn start() -> Server {
    Server::start(env!("CARGO_BIN_EXE_handshake"), &[])
}

/// Waits for a byte of an answer, at most this long.
fn is_answered_in(wire: &Wire, time: Duration) -> bool {
    wire.stream().set_read_timeout(Some(time)).expect("a timeout over zero can be set");
    wire.stream().peek(&mut [0]).is_ok()
}

#[test]
fn a_silent_client_is_closed_when_its_time_is_up() {
    let server = start();
    let began = Instant::now();
    let mut silent = Wire::connect(&server);
    silent.sends_text("GET /chat HTTP/1.1\r\n");
    // Other clients do not wait for it.
    Wire::connect(&server).opens("/");
    assert!(is_answered_in(&silent, LATE), "it may stay for ever");
    assert!(began.elapsed() >= HANDSHAKE_TIME, "it had {:?}", began.elapsed());
    silent.expects_response();
    silent.expects_end();
    insta::assert_snapshot!(silent.transcript());
}

/// A timeout for each read would let it stay: a byte always comes in time.
#[test]
fn a_dripping_client_is_closed_when_its_time_is_up() {
    let server = start();
    let began = Instant::now();
    let mut dripping = Wire::connect(&server);
    while !is_answered_in(&dripping, Duration::from_millis(200)) {
        assert!(began.elapsed() < LATE, "it may stay for ever");
        dripping.stream().write_all(b"G").expect("the server reads until its answer");
    }
    assert!(began.elapsed() >= HANDSHAKE_TIME, "it had {:?}", began.elapsed());
    assert_eq!(dripping.expects_response().status, 408);
    dripping.expects_end();
    Wire::connect(&server).opens("/");
}
