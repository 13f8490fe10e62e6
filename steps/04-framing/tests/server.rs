//! The running server: it answers each frame, and each breach of the rules.
#![allow(clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::io::Write;

use testkit::{Frame, Opcode, Server, Wire};

const MEBIBYTE: usize = 1024 * 1024;

fn start() -> Server {
    Server::start(env!("CARGO_BIN_EXE_framing"), &[])
}

/// RFC 6455 §5.6, and the vector of the source documents.
#[test]
fn a_text_comes_back() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends(b"\x81\x87\x0e\xc3\xf3\xcd\x3b\xf6\xc6\xf8\x3b\xf6\xc6");
    browser.expects(b"\x81\x075555555");
    browser.sends_frame(&Frame::close(1000, "bye")).expects_close(1000);
    browser.expects_end().half_closes();
    server.waits_for_line_with(" closed: ");
    insta::assert_snapshot!("text_wire", browser.transcript());
    insta::assert_snapshot!("text_printed", server.output_about(&browser));
}

/// RFC 6455 §5.4: a message in fragments comes back in the same fragments. If each of them had FIN, the
/// page would fail the connection at the second one.
#[test]
fn fragments_come_back_as_fragments() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/");
    for frame in [
        Frame::text("in ").not_final(),
        Frame::continuation("three ").not_final(),
        Frame::continuation("fragments"),
    ] {
        let answer = browser.sends_frame(&frame).expects_frame();
        let expected = (frame.fin, frame.opcode, frame.payload);
        assert_eq!((answer.fin, answer.opcode, answer.payload), expected);
    }
}

/// RFC 6455 §5.6: bytes that are not text come back as bytes, and an empty payload as an empty one.
#[test]
fn binary_and_empty_payloads_come_back() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/");
    for frame in [Frame::binary([0, 0xff, 0xfe]), Frame::binary(""), Frame::text("")] {
        let answer = browser.sends_frame(&frame).expects_frame();
        assert_eq!((answer.opcode, answer.payload), (frame.opcode, frame.payload));
    }
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 6455 §5.2: each form of the length, and in each answer the shortest (fault F13). The wire
/// refuses any other.
#[test]
fn a_payload_of_any_length_comes_back() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/");
    for length in [125, 126, 127, 65_535, 65_536, MEBIBYTE] {
        let frame = Frame::binary(vec![7; length]);
        let answer = browser.sends_frame(&frame).expects_frame();
        assert!(answer.payload == frame.payload, "{length} bytes");
    }
}

/// Fault F9: with one read for one frame, the second frame is lost.
#[test]
fn many_frames_in_a_segment_are_all_answered() {
    let server = start();
    let mut browser = Wire::connect(&server);
    let frames: Vec<Frame> = (1..=5).map(|number| Frame::text(format!("frame {number}"))).collect();
    browser.opens("/").sends_frames(&frames);
    for frame in frames {
        assert_eq!(browser.expects_frame().payload, frame.payload);
    }
    insta::assert_snapshot!(browser.transcript());
}

/// Fault F9: with one read for one frame, half a frame is garbage.
#[test]
fn a_frame_in_many_segments_is_answered_once() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends_a_byte_at_a_time(&Frame::text("drop by drop").bytes());
    assert_eq!(browser.expects_frame().into_text(), "drop by drop");
    browser.half_closes().expects_end();
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 6455 §4.1: the first frames may be in the segment of the request.
#[test]
fn frames_behind_the_request_are_answered() {
    let server = start();
    let mut browser = Wire::connect(&server);
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\n\
         Sec-WebSocket-Version: 13\r\n\r\n";
    browser.sends(&[request.as_bytes(), &Frame::text("in a hurry").bytes()].concat());
    assert_eq!(browser.expects_response().status, 101);
    assert_eq!(browser.expects_frame().into_text(), "in a hurry");
}

/// RFC 6455 §5.5.2 and §5.5.3: a ping is answered with its payload, and not as a text (fault F10).
#[test]
fn a_ping_is_answered_with_a_pong() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/");
    for payload in [b"are you there?".to_vec(), vec![], vec![b'!'; 125]] {
        let answer = browser.sends_frame(&Frame::ping(payload.clone())).expects_frame();
        assert_eq!((answer.opcode, answer.payload), (Opcode::Pong, payload));
    }
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 6455 §5.5.3: "A response to an unsolicited Pong frame is not expected."
#[test]
fn a_pong_is_not_answered() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends_frames(&[Frame::pong("nobody asked"), Frame::text("and now?")]);
    assert_eq!(browser.expects_frame().into_text(), "and now?");
}

/// RFC 6455 §5.5.1 and §7.1.1 (fault F14): a close frame is answered, and the connection ended.
#[test]
fn a_close_frame_is_echoed_with_its_code_and_the_connection_ended() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends_frame(&Frame::close(1001, "Grüße"));
    assert_eq!(browser.expects_close(1001).close_reason(), "Grüße");
    browser.expects_end();
    insta::assert_snapshot!(browser.transcript());
    browser.half_closes();
    let line = server.waits_for_line_with(" closed: ");
    assert!(line.ends_with(" closed: status code 1001 Grüße"), "{line}");
}

/// RFC 6455 §5.5.1: a close frame may be empty.
#[test]
fn a_close_frame_without_a_code_is_echoed_without_one() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends_frame(&Frame::close_with("")).expects_close(1005);
    browser.expects_end().half_closes();
    let line = server.waits_for_line_with(" closed: ");
    assert!(line.ends_with(" closed: without a status code"), "{line}");
}

/// RFC 6455 §5.5.1: "The application MUST NOT send any more data frames after sending a Close
/// frame", and whatever comes behind one is not looked at.
#[test]
fn what_comes_behind_a_close_frame_is_not_answered() {
    let server = start();
    let mut browser = Wire::connect(&server);
    let behind = [Frame::close(1000, ""), Frame::text("one more thing"), Frame::ping("hello?")];
    browser.opens("/").sends_frames(&behind);
    assert_eq!(browser.expects_frame().close_code(), 1000);
    browser.expects_end();
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 6455 §7.1.7: each breach of the rules is answered with 1002, with why, and with the end.
#[test]
fn a_protocol_error_is_answered_with_1002_and_why() {
    let long = vec![b'!'; 126];
    let breaches: [(&str, Vec<u8>); 18] = [
        ("RSV1 (F11)", Frame::text("hello").with_rsv(4).bytes()),
        ("RSV2 (F11)", Frame::text("hello").with_rsv(2).bytes()),
        ("RSV3 (F11)", Frame::text("hello").with_rsv(1).bytes()),
        ("RSV1 on a close", Frame::close(1000, "").with_rsv(4).bytes()),
        ("opcode 3", Frame::new(Opcode::from_bits(0x3), "hello").bytes()),
        ("opcode 7", Frame::new(Opcode::from_bits(0x7), "").bytes()),
        ("opcode 11", Frame::new(Opcode::from_bits(0xb), "hello").bytes()),
        ("opcode 15", Frame::new(Opcode::from_bits(0xf), "").bytes()),
        ("a ping in fragments", Frame::ping("hel").not_final().bytes()),
        ("a close in fragments", Frame::close(1000, "").not_final().bytes()),
        ("a long ping", Frame::ping(long.clone()).bytes()),
        ("a long pong", Frame::pong(long.clone()).bytes()),
        ("a long close", Frame::close_with(long).bytes()),
        ("a text that is not masked (F8)", Frame::text("hello").unmasked().bytes()),
        ("a close that is not masked", Frame::close(1000, "").unmasked().bytes()),
        ("125 in two bytes", b"\x82\xfe\x00\x7d\x01\x02\x03\x04".to_vec()),
        ("200 in eight bytes (F13)", b"\x82\xff\0\0\0\0\0\0\0\xc8\x01\x02\x03\x04".to_vec()),
        ("a length with its top bit set", b"\x82\xff\x80\0\0\0\0\0\0\x05\x01\x02\x03\x04".to_vec()),
    ];
    let server = start();
    let answers = breaches.into_iter().map(|(what, bytes)| {
        let mut peer = Wire::connect(&server);
        let close = peer.opens("/").sends(&bytes).expects_close(1002);
        peer.expects_end();
        format!("{what}\n    {} {}\n", close.close_code(), close.close_reason())
    });
    insta::assert_snapshot!(answers.collect::<String>());
    // Fault F15: the others go on.
    Wire::connect(&server).opens("/").sends_frame(&Frame::text("still here")).expects_frame();
}

/// RFC 6455 §5.2 and §7.1.7: one such answer, as it is on the wire.
#[test]
fn a_length_of_200_in_eight_bytes_fails_the_connection() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends(&[0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 200, 1, 2, 3, 4]);
    browser.expects_close(1002);
    browser.expects_end();
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 6455 §7.1.7: what came before the error was right, and is answered.
#[test]
fn frames_before_a_protocol_error_are_answered() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends_frames(&[Frame::text("so far, so good"), Frame::text("").with_rsv(1)]);
    assert_eq!(browser.expects_frame().into_text(), "so far, so good");
    browser.expects_close(1002);
    browser.expects_end();
}

/// RFC 6455 §7.4.1 and §10.4: a declaration is enough.
#[test]
fn a_frame_that_declares_too_much_is_answered_with_1009_at_once() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends(b"\x82\xff\x00\x00\x00\x00\x00\x10\x00\x01\x01\x02\x03\x04");
    browser.expects_close(1009);
    browser.expects_end();
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 6455 §7.1.1: to close with bytes unread would reset the connection, and a reset overtakes the
/// close frame: the client would not learn why.
#[test]
fn a_close_frame_arrives_though_the_client_goes_on_sending() {
    let server = start();
    for (frame, code) in [
        (Frame::binary(vec![0; 8 * MEBIBYTE]), 1009),
        (Frame::binary(vec![0; 8 * MEBIBYTE]).with_rsv(4), 1002),
    ] {
        let mut browser = Wire::connect(&server);
        browser.opens("/");
        // More than the network holds: it gets there only if somebody reads it.
        browser.stream().write_all(&frame.bytes()).expect("the server reads on");
        browser.expects_close(code);
        browser.expects_end();
        let ended = browser.transcript();
        assert!(ended.ends_with("\n× closed by the server"), "{ended}");
    }
}

/// Faults F15 and F16.
#[test]
fn a_client_that_goes_away_does_not_stop_the_server() {
    let server = start();
    drop(Wire::connect(&server));
    Wire::connect(&server).opens("/");
    Wire::connect(&server).opens("/").sends(&Frame::text("half of it").bytes()[..8]);
    // The echo arrives and is not read, and the connection is reset.
    let mut deaf = Wire::connect(&server);
    deaf.opens("/").sends_frame(&Frame::binary(vec![0; MEBIBYTE]));
    deaf.stream().peek(&mut [0]).expect("an answer comes");
    drop(deaf);
    Wire::connect(&server).opens("/").sends_frame(&Frame::text("still here")).expects_frame();
}

/// Fault F16: one connection after the other, and all at once.
#[test]
fn many_connections_are_answered_at_once() {
    let server = start();
    let mut browsers: Vec<Wire> = (0..50).map(|_| Wire::connect(&server)).collect();
    for browser in &mut browsers {
        browser.opens("/");
    }
    // The last come first, so none waits for another.
    for browser in browsers.iter_mut().rev() {
        assert_eq!(browser.sends_frame(&Frame::text("hello")).expects_frame().into_text(), "hello");
    }
}

/// A client cannot send commands to the terminal of the person who reads the output.
#[test]
fn an_escape_sequence_is_printed_as_a_picture_of_itself() {
    let server = start();
    let mut attacker = Wire::connect(&server);
    attacker.opens("/").sends_frame(&Frame::text("\u{1b}[2J")).expects_frame();
    attacker.sends_frame(&Frame::close(1000, "\u{1b}[2J\u{7}")).expects_close(1000);
    attacker.half_closes().expects_end();
    let line = server.waits_for_line_with(" closed: ");
    assert!(line.ends_with(" closed: status code 1000 ␛[2J␇"), "{line}");
    assert!(!server.output().contains('\u{1b}'));
}
