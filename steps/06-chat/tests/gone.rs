//! Members who disappear without a close frame: the room is told, and the server keeps nothing of
//! them (fault F18).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::io::Write;
use std::time::Instant;

use support::{Member, metric, start, waits_for_metric};
use testkit::{Frame, Opcode, PATIENCE};

mod support;

/// A peer whose system resets the connection: the program was killed, say.
#[test]
fn who_vanishes_leaves_the_room() {
    let server = start(&[]);
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    let mut names: Vec<String> = (0..20).map(|number| format!("guest {number}")).collect();
    names.sort();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let enter =
        |name: &&str| Member::enters(&server, &format!("/ws/tea/{}", name.replace(' ', "%20")));
    let guests: Vec<Member> = names.iter().map(enter).collect();
    bob.hears_names("joined", &names);
    assert_eq!(metric(&server, "connections"), 21);
    // Each socket has unread data, so that closing it is a reset.
    bob.says("are you there?").hears_of("sent");
    for guest in &guests {
        while guest.wire.stream().peek(&mut [0; 1]).unwrap() == 0 {}
    }
    drop(guests);
    bob.hears_names("left", &names);
    waits_for_metric(&server, "connections", 1);
    bob.says("no?").hears_of("sent");
    // And so their names are free.
    Member::enters(&server, "/ws/tea/guest%201");
}

/// A peer that ends its TCP connection without a close frame, as a page does when its network goes.
#[test]
fn who_ends_the_connection_without_a_close_leaves_the_room() {
    let server = start(&[]);
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    ada.wire.half_closes();
    bob.hears_names("left", &["Ada"]);
    waits_for_metric(&server, "connections", 1);
}

/// RFC 6455 §5.5.2: a half-open connection never sends anything. Only pings can tell it from a
/// quiet one.
#[test]
fn who_does_not_answer_pings_leaves_the_room() {
    let server = start(&["--ping-interval", "0.3", "--idle-timeout", "1.2"]);
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    let mut silent = Member::enters(&server, "/ws/tea/Ada");
    bob.hears_names("joined", &["Ada"]);
    assert_eq!(metric(&server, "connections"), 2);
    // Bob answers all pings that come before this.
    bob.hears_names("left", &["Ada"]);
    waits_for_metric(&server, "connections", 1);
    assert_eq!(metric(&server, "connections_total"), 2);
    // She finds the pings that she has not answered.
    while silent.wire.expects_frame().opcode != Opcode::Ping {}
}

/// RFC 6455 §7.1.1: a member who sends a close frame has left at once. The client then has a
/// limited time to end the TCP connection, however much is sent in the room meanwhile.
#[test]
fn who_has_closed_has_left_whatever_becomes_of_the_connection() {
    let server = start(&["--close-timeout", "0.5"]);
    let mut bob = Member::enters(&server, "/ws/tea/Bob");
    let mut ada = Member::enters(&server, "/ws/tea/Ada");
    ada.wire.sends_frame(&Frame::close(1000, "")).expects_close(1000);
    ada.wire.expects_end();
    // The server has ended its direction, and Ada does not end hers.
    let deadline = Instant::now() + PATIENCE;
    let mut stream = ada.wire.stream();
    let mut has_left = false;
    let mut is_open = true;
    while is_open || !has_left {
        assert!(Instant::now() < deadline, "Ada has left: {has_left}, her connection: {is_open}");
        has_left |= bob.says("still there?").hears()["type"] == "left";
        is_open &= stream.write_all(b"yes").is_ok();
    }
    // It was a closing handshake, and not the end of a connection that has vanished.
    assert_eq!(metric(&server, "closed_total{code=\"1000\"}"), 1);
    assert_eq!(metric(&server, "connections"), 1);
}
