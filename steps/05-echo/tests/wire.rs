//! The echo server over a real connection, with a transcript of both directions.

use std::fmt::Write;

use testkit::{Frame, Server, Wire};

fn server() -> Server {
    Server::start(env!("CARGO_BIN_EXE_echo"), &[])
}

/// Returns a client that has done the opening handshake.
fn connected(server: &Server) -> Wire {
    let mut wire = Wire::connect(server);
    wire.opens("/any/path");
    wire
}

/// RFC 6455 §5.6: a text comes back as a text, bytes as bytes, and neither is masked.
#[test]
fn a_message_comes_back_as_it_went() {
    let server = server();
    let mut browser = connected(&server);
    browser.sends_frame(&Frame::text("hello")).expects(b"\x81\x05hello");
    browser.sends_frame(&Frame::binary([0xc0, 0xff, 0xee])).expects(b"\x82\x03\xc0\xff\xee");
    browser.sends_frame(&Frame::text("")).expects(b"\x81\x00");
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 7692 §7.2.3.1 and §7.2.3.2: "Hello" as the standard compresses it, twice: the second time
/// it is a reference to the first. A short answer is not worth compressing.
#[test]
fn a_compressed_message_is_understood_once_that_was_agreed() {
    let server = server();
    let mut browser = Wire::connect(&server);
    let offer = "permessage-deflate; client_max_window_bits";
    browser.opens_with("/", &[("Sec-WebSocket-Extensions", offer)]);
    browser.sends(b"\xc1\x87\0\0\0\0\xf2\x48\xcd\xc9\xc9\x07\x00").expects(b"\x81\x05Hello");
    browser.sends(b"\xc1\x85\0\0\0\0\xf2\x00\x11\x00\x00").expects(b"\x81\x05Hello");
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 6455 §5.4: fragments are one message (fault F12), and a control frame may come between.
#[test]
fn fragments_come_back_as_one_message_and_the_ping_between_them_first() {
    let server = server();
    let mut browser = connected(&server);
    browser.sends_frame(&Frame::text("one ").not_final());
    browser.sends_frame(&Frame::ping("still there?"));
    // The pong is here before the message is complete.
    browser.expects(b"\x8a\x0cstill there?");
    browser.sends_frame(&Frame::continuation("message"));
    browser.expects(b"\x81\x0bone message");
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 6455 §5.5.1 and §7.1.1: the code goes back, and then the server ends the connection. Without
/// it, the browser reports 1006 (fault F14).
#[test]
fn a_close_frame_is_echoed_with_its_code() {
    let server = server();
    let mut browser = connected(&server);
    browser.sends_frame(&Frame::close(1000, "enough")).expects_close(1000);
    browser.expects_end();
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 6455 §5.5.1: what comes after a close is ignored, and the connection still ends well.
#[test]
fn frames_after_a_close_are_ignored() {
    let server = server();
    let mut browser = connected(&server);
    browser.sends_frames(&[Frame::close(3000, ""), Frame::text("one more thing"), Frame::ping("")]);
    browser.expects(b"\x88\x02\x0b\xb8").expects_end();
    insta::assert_snapshot!(browser.transcript());
}

// ANCHOR: not_minimal
/// RFC 6455 §5.2: a length must be sent in the shortest form that holds it. A common mistake is to
/// send 127 to 65,535 in eight bytes (fault F13), and a strict peer refuses that.
#[test]
fn a_length_of_200_in_eight_bytes_fails_the_connection() {
    let server = server();
    let mut browser = connected(&server);
    browser.sends(&[0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 200, 1, 2, 3, 4]);
    browser.expects_close(1002);
    browser.expects_end();
    insta::assert_snapshot!(browser.transcript());
}
// ANCHOR_END: not_minimal

/// RFC 6455 §7.1.7: what came before the fault, in the same segment even, has been answered.
#[test]
fn a_good_message_before_a_bad_frame_is_answered() {
    let server = server();
    let mut browser = connected(&server);
    browser.sends_frames(&[Frame::text("good"), Frame::text("bad").unmasked()]);
    browser.expects(b"\x81\x04good").expects_close(1002);
    browser.expects_end();
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 6455 §8.1: refused before the frame is complete (the tutorials' only loop dies of it, F15).
#[test]
fn a_text_that_cannot_become_utf_8_is_refused_before_its_end() {
    let server = server();
    let mut browser = connected(&server);
    // A frame that declares 100 bytes; of those, four come, and the last cannot be in a text.
    browser.sends(&[0x81, 0x80 | 0x64, 0, 0, 0, 0, b'c', b'a', b'f', 0xff]);
    browser.expects_close(1007);
    browser.expects_end();
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 6455 §4.1: a client in a hurry sends its first frames behind the request.
#[test]
fn frames_behind_the_request_are_served() {
    let server = server();
    let mut hasty = Wire::connect(&server);
    let request = format!(
        "GET / HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        hasty.host()
    );
    let last = Frame::text("second").masked_with([1, 2, 3, 4]).bytes();
    let (half, other_half) = last.split_at(5);
    let first = Frame::text("first").masked_with([1, 2, 3, 4]).bytes();
    hasty.sends(&[request.as_bytes(), &first, half].concat());
    assert_eq!(hasty.expects_response().status, 101);
    hasty.expects(b"\x81\x05first");
    hasty.sends(other_half).expects(b"\x81\x06second");
}

/// RFC 6455 §5.2, §5.4, §5.5, §7.4: every fault of a frame, with the close that answers it.
#[test]
fn every_fault_of_a_frame_is_told_by_its_close() {
    let server = server();
    let long = vec![b'.'; 126];
    let faults: [(&str, Vec<Frame>); 24] = [
        ("not masked", vec![Frame::text("bare").unmasked()]),
        ("RSV1", vec![Frame::text("").with_rsv(4)]),
        ("RSV2", vec![Frame::text("").with_rsv(2)]),
        ("RSV3 on a ping", vec![Frame::ping("").with_rsv(1)]),
        ("opcode 3", vec![Frame::new(testkit::Opcode::from_bits(3), "")]),
        ("opcode 7", vec![Frame::new(testkit::Opcode::from_bits(7), "")]),
        ("opcode 11", vec![Frame::new(testkit::Opcode::from_bits(11), "")]),
        ("opcode 15", vec![Frame::new(testkit::Opcode::from_bits(15), "")]),
        ("ping in fragments", vec![Frame::ping("").not_final()]),
        ("close in fragments", vec![Frame::close(1000, "").not_final()]),
        ("long ping", vec![Frame::ping(long.clone())]),
        ("long pong", vec![Frame::pong(long.clone())]),
        ("long close", vec![Frame::close_with(long)]),
        ("continuation of nothing", vec![Frame::continuation("")]),
        ("text inside a message", vec![Frame::text("").not_final(), Frame::text("")]),
        ("binary inside a message", vec![Frame::text("").not_final(), Frame::binary("")]),
        ("text that is no UTF-8", vec![Frame::text(&b"\xed\xa0\x80"[..])]),
        ("text that ends too early", vec![Frame::text(&b"\xe4\xbd"[..])]),
        (
            "no UTF-8 over fragments",
            vec![Frame::text(&b"\xc3"[..]).not_final(), Frame::continuation("(")],
        ),
        ("half a status code", vec![Frame::close_with("!")]),
        ("status code 1005", vec![Frame::close(1005, "")]),
        ("status code 999", vec![Frame::close(999, "")]),
        ("status code 5000", vec![Frame::close(5000, "")]),
        ("close reason no UTF-8", vec![Frame::close_with(&b"\x03\xe8\xff"[..])]),
    ];
    let mut told = String::new();
    for (name, frames) in faults {
        let mut wire = connected(&server);
        wire.sends_frames(&frames);
        let close = wire.expects_frame();
        let (code, reason) = (close.close_code(), close.close_reason());
        writeln!(told, "{name:26} → {code} {reason}").unwrap();
        wire.expects_end();
    }
    insta::assert_snapshot!(told);
}

/// RFC 6455 §5.2 for sizes at the edges of the three forms of a length, and beyond a buffer.
#[test]
fn messages_of_every_size_come_back_whole() {
    let server = server();
    let mut wire = connected(&server);
    let sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 131_072, 300_000, 1 << 20, 16 << 20];
    for size in sizes {
        let payload: Vec<u8> = (0..251).cycle().take(size).collect();
        wire.sends_frame(&Frame::binary(payload.clone()));
        let answer = wire.expects_frame();
        assert_eq!(answer.payload.len(), size);
        assert!(answer.payload == payload, "a message of {size} bytes was changed");
    }
}

/// Ten thousand in one go, all answered, in order; and one that trickles.
#[test]
fn frames_are_found_however_they_arrive() {
    let server = server();
    let mut wire = connected(&server);
    let many: Vec<Frame> = (0..10_000).map(|count| Frame::text(format!("no. {count}"))).collect();
    wire.sends_frames(&many);
    for count in 0..10_000 {
        assert_eq!(wire.expects_frame().into_text(), format!("no. {count}"));
    }
    wire.sends_a_byte_at_a_time(&Frame::text("drop by drop").masked_with([9, 8, 7, 6]).bytes());
    assert_eq!(wire.expects_frame().into_text(), "drop by drop");
}
