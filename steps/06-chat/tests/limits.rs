//! What one member, and all of them, may ask of the server.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::time::Instant;

use support::{Member, gets, start, waits_for_metric};
use testkit::{Frame, PATIENCE, Server, Wire};

mod support;

/// RFC 6455 §10.4: a room takes 16 KiB at a time, whole or in fragments.
#[test]
fn a_message_over_the_limit_of_a_room_is_closed_with_1009() {
    let server = start(&[]);
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    let longest = "x".repeat(16 * 1024);
    ada.says(&longest).hears_of("sent");
    assert_eq!(bob.hears_until(&longest).len(), 1);
    ada.says(&format!("{longest}y"));
    assert_eq!(ada.expects_close(1009), "a message of over 16384 bytes (§10.4)");
    bob.hears_names("left", &["Ada"]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    ada.wire.sends_frame(&Frame::text(longest.as_str()).not_final());
    ada.wire.sends_frame(&Frame::continuation("y"));
    ada.expects_close(1009);
}

#[test]
fn the_limit_of_a_room_can_be_set_and_holds_for_votes_too() {
    let server = start(&["--max-chat-message", "100"]);
    for target in ["/ws/tea/Ada", "/vote/socket"] {
        let mut wire = Wire::connect(&server);
        wire.opens(target).sends_frame(&Frame::text("x".repeat(101)));
        assert_eq!(wire.expects_close(1009).close_reason(), "a message of over 100 bytes (§10.4)");
    }
}

/// RFC 6455 §7.4.1: 1003 is for who gets a type of data that they cannot take.
#[test]
fn a_binary_message_is_closed_with_1003() {
    let server = start(&[]);
    for target in ["/ws/tea/Ada", "/vote/socket"] {
        let mut member = Member::connects(&server, target);
        member.wire.sends_frame(&Frame::binary([1, 2, 3]));
        assert_eq!(member.expects_close(1003), "only texts, please");
    }
}

/// The echo takes what step 5 takes.
#[test]
fn the_echo_takes_messages_of_16_mib() {
    let server = start(&[]);
    let mut wire = Wire::connect(&server);
    wire.opens("/echo");
    let payload: Vec<u8> = (0..251).cycle().take(16 << 20).collect();
    wire.sends_frame(&Frame::binary(payload.clone()));
    assert!(wire.expects_frame().payload == payload);
    wire.sends_frame(&Frame::text("hello")).expects(b"\x81\x05hello");
    // One byte more is too much, and it is said before it comes.
    wire.sends(&[0x82, 0xff, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0]);
    wire.expects_close(1009);
}

/// HOSTILE, RFC 6455 §10.4: 503 before the upgrade; those inside do not notice, and a place that
/// becomes free is free.
#[test]
fn one_connection_too_many_is_answered_with_503() {
    let server = start(&["--max-connections", "2"]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    let bob = Member::enters(&server, "/ws/tea/Bob");
    for target in ["/ws/tea/Cy", "/vote/socket", "/echo"] {
        let mut outside = asks_to_upgrade(&server, target);
        let response = outside.expects_response();
        assert_eq!(response.status, 503);
        let sentence = "The server has reached its limit on connections: try again later.\n";
        assert_eq!(response.text(), sentence);
        outside.expects_end();
    }
    // Only WebSockets are counted.
    assert_eq!(gets(&server, "/health").status, 200);
    ada.hears_names("joined", &["Bob"]);
    ada.says("nobody else?").hears_of("sent");
    bob.leaves();
    let deadline = Instant::now() + PATIENCE;
    let mut cy = loop {
        let mut cy = asks_to_upgrade(&server, "/ws/tea/Cy");
        if cy.expects_response().status == 101 {
            break Member { wire: cy };
        }
        assert!(Instant::now() < deadline, "Bob's place does not become free");
    };
    assert_eq!(cy.hears()["type"], "welcome");
    waits_for_metric(&server, "connections", 2);
}

fn asks_to_upgrade(server: &Server, target: &str) -> Wire {
    let mut wire = Wire::connect(server);
    let host = wire.host();
    wire.sends_text(&format!(
        "GET {target} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ));
    wire
}

/// Messages of a member who sends too fast are delayed, and none is lost. Others are not delayed.
#[test]
fn a_burst_beyond_the_allowance_is_delayed_and_holds_up_nobody() {
    let server = start(&["--rate", "5"]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    let mut cy = Member::enters(&server, "/ws/tea/Cy");
    // Five a second, twenty at once: the last of these is heard two seconds after the first.
    let burst: Vec<String> = (1..=30).map(|number| format!("burst {number}")).collect();
    let frames: Vec<Frame> = burst.iter().map(|text| Frame::text(text.as_str())).collect();
    ada.wire.sends_frames(&frames);
    let mut heard = cy.hears_until("burst 10");
    bob.says("excuse me");
    heard.extend(cy.hears_until("burst 30"));
    let at = heard.iter().position(|text| text == "excuse me").unwrap();
    // Bob was heard before those that had to wait were.
    assert!(at < 28, "Bob was heard after {at} messages");
    heard.remove(at);
    assert_eq!(heard, burst);
}

/// A member whose messages are delayed still receives the messages of others at once.
#[test]
fn who_has_said_too_much_still_hears_the_others() {
    let server = start(&["--rate", "1"]);
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    // A second each, beyond the first four: longer than this test has patience.
    let frames: Vec<Frame> = (0..60).map(|number| Frame::text(number.to_string())).collect();
    ada.wire.sends_frames(&frames);
    bob.hears_until("4");
    bob.says("excuse me");
    ada.hears_until("excuse me");
}
