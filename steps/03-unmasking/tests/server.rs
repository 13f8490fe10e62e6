//! The running server: what it reads out of the frames that a client sends.
#![allow(clippy::expect_used, reason = "a test that cannot go on ends here")]

use testkit::{Frame, Server, Wire};

fn start() -> Server {
    Server::start(env!("CARGO_BIN_EXE_unmasking"), &[])
}

/// RFC 6455 §5.3: the client chooses a new key for each frame.
#[test]
fn the_same_text_twice_is_two_different_frames() {
    let server = start();
    let mut browser = Wire::connect(&server);
    let first = Frame::text("5555555").masked_with([0x0e, 0xc3, 0xf3, 0xcd]);
    browser.opens("/").sends_frames(&[first, Frame::text("5555555")]);
    browser.half_closes().expects_end();
    server.waits_for_line_with("ended: ");
    insta::assert_snapshot!("same_text_twice", server.output_about(&browser));
}

/// RFC 6455 §5.3, with a frame that is shown in many texts about WebSocket.
#[test]
fn a_masked_text_is_printed_unmasked() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends(b"\x81\x87\x0e\xc3\xf3\xcd\x3b\xf6\xc6\xf8\x3b\xf6\xc6");
    browser.half_closes().expects_end();
    server.waits_for_line_with("ended: ");
    insta::assert_snapshot!("masked_text_printed", server.output_about(&browser));
    insta::assert_snapshot!("masked_text_wire", browser.transcript());
}

/// Fault F9: a server that takes one read for one frame loses the second.
#[test]
fn two_frames_in_one_segment_are_both_printed() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends_frames(&[
        Frame::text("first come"),
        Frame::text("first served").masked_with([0xa5, 0x5a, 0xc3, 0x3c]),
    ]);
    browser.half_closes().expects_end();
    server.waits_for_line_with("ended: ");
    insta::assert_snapshot!("two_frames_printed", server.output_about(&browser));
    insta::assert_snapshot!("two_frames_wire", browser.transcript());
}

/// Fault F9: a server that takes one read for one frame reads garbage here.
#[test]
fn a_frame_a_byte_at_a_time_is_printed_whole() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends_a_byte_at_a_time(&Frame::text("drop by drop").bytes());
    server.waits_for_line_with("sent a frame of 18 bytes");
    assert_eq!(server.waits_for_line_with("drop by drop").trim(), "drop by drop");
}

/// A client must wait for the answer (RFC 6455 §4.1). One that does not loses nothing here.
#[test]
fn a_frame_behind_the_request_is_printed() {
    let server = start();
    let mut browser = Wire::connect(&server);
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\n\
         Sec-WebSocket-Version: 13\r\n\r\n";
    browser.sends(&[request.as_bytes(), &Frame::text("in a hurry").bytes()].concat());
    assert_eq!(server.waits_for_line_with("in a hurry").trim(), "in a hurry");
}

/// RFC 6455 §5.2: each of the three forms of the length.
#[test]
fn a_payload_of_any_length_is_printed() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/");
    for (length, form) in [(0, 6), (125, 6), (126, 8), (65_535, 8), (65_536, 14)] {
        browser.sends_frame(&Frame::text("5".repeat(length)));
        server.waits_for_line_with(&format!("sent a frame of {} bytes", length + form));
        server.waits_for_line_with(&format!("length {length}, masking key [37, fa, 21, 3d]"));
        server.waits_for_line_with(&format!("   {}", "5".repeat(length)));
    }
}

/// RFC 6455 §5.1 (fault F8): the terminal shows why the connection is dropped.
#[test]
fn an_unmasked_frame_drops_the_connection() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends_frame(&Frame::text("hello").unmasked()).expects_end();
    let line = server.waits_for_line_with("is dropped");
    assert!(line.ends_with("is dropped: a frame from a client that is not masked"), "{line}");
    insta::assert_snapshot!(browser.transcript());
    // Fault F15: the others go on.
    Wire::connect(&server).opens("/").sends_frame(&Frame::text("still here"));
    server.waits_for_line_with("still here");
}

/// The frames before one that is wrong were right.
#[test]
fn frames_before_an_unmasked_one_are_printed() {
    let server = start();
    let mut browser = Wire::connect(&server);
    let frames = [Frame::text("so far, so good"), Frame::text("hello").unmasked()];
    browser.opens("/").sends_frames(&frames).expects_end();
    server.waits_for_line_with("is dropped");
    assert!(server.output().contains("so far, so good"), "{}", server.output());
}

/// RFC 6455 §5.2 (fault F13).
#[test]
fn a_length_that_is_not_minimal_drops_the_connection() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends(&[0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 200, 1, 2, 3, 4]).expects_end();
    let line = server.waits_for_line_with("is dropped");
    assert!(line.ends_with("length 200 in 8 bytes: not the shortest form"), "{line}");
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 6455 §10.4: a declared length is a claim, and nothing is allocated for it.
#[test]
fn a_huge_length_is_waited_for_and_costs_nothing() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends(&[0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    browser.sends(&[1, 2, 3, 4, 5]).half_closes().expects_end();
    let line = server.waits_for_line_with("ended: ");
    assert!(line.ends_with("ended: the peer closed the connection"), "{line}");
}

/// RFC 6455 §10.4: a mebibyte is all that this step takes.
#[test]
fn a_client_that_sends_too_much_is_closed() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends_frame(&Frame::binary(vec![0; 1024 * 1024])).expects_end();
    let line = server.waits_for_line_with("ended: ");
    assert!(line.ends_with("ended: it has sent as many bytes as we accept"), "{line}");
}

/// A client cannot send commands to the terminal of the person who reads the output.
#[test]
fn an_escape_sequence_is_printed_as_a_picture_of_itself() {
    let server = start();
    let mut attacker = Wire::connect(&server);
    attacker.opens("/").sends_frame(&Frame::text("\u{1b}[2J")).half_closes().expects_end();
    server.waits_for_line_with("ended: ");
    assert!(server.output().contains("␛[2J"), "{}", server.output());
    assert!(!server.output().contains('\u{1b}'));
}
