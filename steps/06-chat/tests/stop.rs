//! The server is asked to stop: it closes all connections, and ends in time.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::net::TcpStream;
use std::time::{Duration, Instant};

use support::{Member, asks, metric, start};
use testkit::{Frame, Server, Wire};

mod support;

/// RFC 6455 §7.4.1: by ctrl-C or by SIGTERM, everyone gets what was on its way to them, and then
/// 1001, and the server ends with exit code 0.
#[test]
fn everyone_gets_what_was_queued_and_then_1001() {
    for signal in [Server::interrupts, Server::asks_to_end] {
        // A minute to close: whoever holds the server up lets this test run out of patience.
        let mut server =
            start(&["--close-timeout", "60", "--max-queue", "100000000", "--rate", "100000"]);
        let mut ada = Member::enters(&server, "/ws/tea/Ada");
        let mut bob = Member::enters(&server, "/ws/tea/Bob");
        let voter = Member::connects(&server, "/vote/socket");
        let mut echo = Member::connects(&server, "/echo");
        echo.wire.sends_frame(&Frame::ping("")).expects(b"\x8a\x00");
        // One that has not said anything yet, as browsers keep some, and a poll that is held.
        let _silent = TcpStream::connect(server.address()).unwrap();
        let _poll = asks(&server, "/votes?after=0-0");
        // More than the kernel buffers for Bob, who does not read yet.
        let count = 600;
        for number in 0..count {
            ada.says(&format!("{number} {}", "x".repeat(15 * 1024))).hears_of("sent");
        }
        assert_eq!(metric(&server, "slow_readers_total"), 0);
        signal(&server);
        assert_eq!(ada.expects_close(1001), "the server stops");
        for number in 0..count {
            let text = bob.hears_of("message")["msg"].take();
            assert!(text.as_str().unwrap().starts_with(&format!("{number} ")), "not {number}");
        }
        for member in [bob, voter, echo] {
            assert_eq!(member.expects_close(1001), "the server stops");
        }
        assert!(server.waits_for_exit().success());
    }
}

/// A client that does not answer the close frame, or does not even read it, has a limited time.
#[test]
fn a_member_that_does_not_answer_does_not_hold_up_the_end() {
    let mut server = start(&["--close-timeout", "0.5"]);
    let mut mute = Member::enters(&server, "/ws/tea/Mute");
    let _deaf = Member::enters(&server, "/ws/tea/Deaf");
    let told = Instant::now();
    server.asks_to_end();
    mute.wire.expects_close(1001);
    assert!(server.waits_for_exit().success());
    // Half a second for the closing handshake, as much for the end of the connection, and some.
    assert!(told.elapsed() < Duration::from_secs(5), "it took {:?}", told.elapsed());
}

/// A load balancer that asks while the server stops is told not to send anybody.
#[test]
fn a_server_that_stops_is_not_ready() {
    let mut server = start(&["--close-timeout", "20"]);
    let mut probe = Wire::connect(&server);
    let request = "GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n";
    assert_eq!(probe.sends_text(request).expects_response().status, 200);
    let mut mute = Member::enters(&server, "/ws/tea/Mute");
    server.asks_to_end();
    mute.wire.expects_close(1001);
    let answer = probe.sends_text(request).expects_response();
    assert_eq!(answer.status, 503);
    assert!(answer.text().starts_with(r#"{"ready":false,"stopping":true,"#), "{}", answer.text());
    drop(mute);
    assert!(server.waits_for_exit().success());
}

/// A member whose messages are delayed receives the close frame too, before all of them have been
/// delivered.
#[test]
fn who_has_said_too_much_is_closed_with_1001_as_well() {
    let mut server = start(&["--rate", "1"]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    let frames: Vec<Frame> = (0..60).map(|number| Frame::text(number.to_string())).collect();
    ada.wire.sends_frames(&frames);
    ada.hears_of("sent");
    server.asks_to_end();
    ada.expects_close(1001);
    assert!(server.waits_for_exit().success());
}
