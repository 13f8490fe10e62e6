//! The programs 5a and 5b: the same protocol on the blocking server of step 4, and in plain async.

use testkit::{Frame, Server, Wire};

/// RFC 6455 §5.4, §5.5 and §7.1: fragments, a ping between them, a close, and the end of TCP.
fn echoes_messages(program: &str) {
    let server = Server::start(program, &[]);
    let mut first = Wire::connect(&server);
    first.opens("/");
    // Another connection is served while the first is open.
    let mut wire = Wire::connect(&server);
    wire.opens("/");
    wire.sends_frame(&Frame::text("in two ").not_final());
    wire.sends_frame(&Frame::ping("there?")).expects(b"\x8a\x06there?");
    wire.sends_frame(&Frame::continuation("fragments"));
    assert_eq!(wire.expects_frame().into_text(), "in two fragments");
    // Of many pings at once, the last one is answered too (§5.5.3), without waiting for more bytes.
    let pings: Vec<Frame> = (0..1000u32).map(|count| Frame::ping(count.to_be_bytes())).collect();
    wire.sends_frames(&pings);
    while wire.expects_frame().payload != 999u32.to_be_bytes() {}
    wire.sends_frame(&Frame::close(1000, "")).expects_close(1000);
    wire.expects_end();
    first.sends_frame(&Frame::continuation("of nothing")).expects_close(1002);
    first.expects_end();
}

#[test]
fn step_5a_echoes_messages() {
    echoes_messages(env!("CARGO_BIN_EXE_echo-5a"));
}

#[test]
fn step_5b_echoes_messages() {
    echoes_messages(env!("CARGO_BIN_EXE_echo-5b"));
}
