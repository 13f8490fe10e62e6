//! The limits for peers that are slow, send nothing, do not read, or never stop sending.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use echo::{Agreement, Endpoint, Limits, Message, Role};
use testkit::{Frame, Opcode, Server, Wire, runs_to_its_end};

fn start(flags: &[&str]) -> Server {
    Server::start(env!("CARGO_BIN_EXE_echo"), flags)
}

fn connected(server: &Server) -> Wire {
    let mut wire = Wire::connect(server);
    wire.opens("/");
    wire
}

/// RFC 6455 §5.5.2: a silent peer gets pings, and stays connected while it answers them.
#[test]
fn a_quiet_peer_stays_while_it_answers_pings_and_is_dropped_when_it_does_not() {
    let server = start(&["--ping-interval", "0.2", "--idle-timeout", "0.6"]);
    let mut wire = connected(&server);
    for _ in 0..6 {
        let ping = wire.expects_frame();
        assert_eq!(ping.opcode, Opcode::Ping);
        wire.sends_frame(&Frame::pong(ping.payload));
    }
    // From here on, it does not answer, like a half-open connection.
    let mut pings = 0;
    while pings < 2 {
        assert_eq!(wire.expects_frame().opcode, Opcode::Ping);
        pings += 1;
    }
    wire.expects_end();
}

/// RFC 6455 §10.4: the opening handshake has its own time limit. A slow client that keeps to it is not
/// an idle peer.
#[test]
fn a_slow_handshake_is_answered_however_short_the_idle_time_is() {
    let server =
        start(&["--handshake-timeout", "60", "--ping-interval", "0.1", "--idle-timeout", "0.2"]);
    let mut slow = Wire::connect(&server);
    let host = slow.host();
    slow.sends_text(&format!("GET / HTTP/1.1\r\nHost: {host}\r\n"));
    // The pings on another connection show when much more than the idle time is over.
    let mut clock = connected(&server);
    for _ in 0..8 {
        let ping = clock.expects_frame();
        clock.sends_frame(&Frame::pong(ping.payload));
    }
    slow.sends_text("\r\n");
    assert_eq!(slow.expects_response().status, 200);
}

/// A flag with an impossible value, or two flags that contradict each other, end the program with a
/// sentence.
#[test]
fn flags_that_make_no_sense_keep_the_server_from_starting() {
    for (flags, expected) in [
        (
            &["--ping-interval", "10", "--idle-timeout", "15"][..],
            "--idle-timeout 15 leaves no time to answer a ping: it must be at least twice \
             --ping-interval, which is 10",
        ),
        (&["--idle-timeout", "5"], "--idle-timeout 5 leaves no time"),
        (&["--max-message", "0"], "--max-message <BYTES>"),
        (&["--max-message", "18446744073709551615"], "--max-message <BYTES>"),
        (&["--max-fragments", "0"], "--max-fragments <COUNT>"),
        (&["--max-connections", "0"], "--max-connections <COUNT>"),
        (&["--close-timeout", "100000"], "--close-timeout"),
        (&["--ping-interval", "0"], "--ping-interval <SECONDS>"),
        (&["--subprotocol", "a b"], "--subprotocol"),
        (&["--compression", "fast"], "--compression"),
    ] {
        let end = runs_to_its_end(env!("CARGO_BIN_EXE_echo"), flags);
        assert_eq!((end.code, end.output.as_str()), (Some(2), ""), "{flags:?}");
        assert!(end.errors.contains(expected), "{flags:?}: {}", end.errors);
    }
}

/// RFC 6455 §7.1.1: the peer's part of the closing handshake has a time limit.
#[test]
fn a_close_that_is_never_answered_does_not_keep_the_connection() {
    let server = start(&["--close-timeout", "0.3"]);
    let mut wire = connected(&server);
    wire.sends_frame(&Frame::text("bare").unmasked()).expects_close(1002);
    // The server has ended its direction, and we do not end ours. After a while the server closes the
    // socket, and then a write fails.
    wire.expects_end();
    let deadline = Instant::now() + testkit::PATIENCE;
    let mut stream = wire.stream();
    while stream.write_all(b"anybody?").is_ok() {
        assert!(Instant::now() < deadline, "the connection is still there");
    }
}

/// RFC 6455 §7.4.1: each client gets a close frame with 1001, and then the server ends with exit code
/// 0.
#[cfg(unix)]
#[test]
fn a_server_that_is_told_to_stop_closes_with_1001() {
    // A minute to close: if one connection delays the server, the test fails.
    let mut server = start(&["--close-timeout", "60"]);
    let polite = connected(&server);
    // A connection that has sent nothing must not delay the server. Browsers open such connections.
    let _silent = TcpStream::connect(server.address()).unwrap();
    let mut busy = connected(&server);
    busy.sends_frame(&Frame::text("a message in fr").not_final());
    busy.sends_frame(&Frame::ping("")).expects(b"\x8a\x00");
    server.asks_to_end();
    for mut wire in [polite, busy] {
        let close = wire.expects_close(1001);
        assert_eq!(close.close_reason(), "the server stops");
        wire.sends_frame(&Frame::close(1001, ""));
        wire.expects_end();
    }
    assert!(server.waits_for_exit().success());
}

/// RFC 6455 §7.4.1: a peer that never stops sending gets the close frame as well, and does not delay
/// the end.
#[cfg(unix)]
#[test]
fn a_busy_peer_does_not_keep_the_server_from_stopping() {
    let mut server = start(&["--close-timeout", "60"]);
    let mut busy = connected(&server);
    let mut sending = busy.stream().try_clone().unwrap();
    let sender = std::thread::spawn(move || {
        let many = Frame::text("x".repeat(1000)).masked_with([1, 2, 3, 4]).bytes().repeat(100);
        while sending.write_all(&many).is_ok() {}
    });
    assert_eq!(busy.expects_frame().opcode, Opcode::Text);
    server.asks_to_end();
    let close = loop {
        let frame = busy.expects_frame();
        if frame.opcode == Opcode::Close {
            break frame;
        }
    };
    assert_eq!(close.close_code(), 1001);
    busy.stream().shutdown(std::net::Shutdown::Both).unwrap();
    sender.join().unwrap();
    assert!(server.waits_for_exit().success());
}

/// RFC 6455 §10.4: the server stops reading from a peer that sends and never reads, so that such a peer
/// cannot fill its memory. The same holds for a peer that sends pings (§5.5.3).
#[cfg(target_os = "linux")]
#[test]
fn a_peer_that_does_not_read_cannot_fill_the_servers_memory() {
    let server = start(&[]);
    let text = Frame::text("x".repeat(1000)).masked_with([1, 2, 3, 4]).bytes();
    let ping = Frame::ping("x".repeat(100)).masked_with([1, 2, 3, 4]).bytes();
    let before = memory(&server, "VmRSS");
    for frame in [text, ping] {
        let wire = connected(&server);
        let mut stream = wire.stream().try_clone().unwrap();
        stream.set_write_timeout(Some(Duration::from_millis(300))).unwrap();
        let many = frame.repeat(1000);
        let mut written = 0;
        // Either the server stops reading, or it has taken a gigabyte. Of the pings in one read,
        // some 2,400, it answers 128, and the system may hold 36 MB of answers.
        while written < 1_000_000_000 {
            match stream.write(&many) {
                Ok(count) => written += count,
                Err(_) => break,
            }
        }
        assert!(written < 1_000_000_000, "the server reads on for ever");
        let grown = memory(&server, "VmRSS").saturating_sub(before);
        assert!(grown < 16 * 1024, "the server has grown by {grown} KiB");
    }
}

/// A silent connection owns no buffer, also if it has sent something before. With a buffer of 64 KiB
/// each, these 400 connections would cost 25 MiB.
#[cfg(target_os = "linux")]
#[test]
fn a_quiet_connection_costs_next_to_nothing() {
    let server = start(&[]);
    let chat = |count| -> Vec<Wire> {
        let mut wires: Vec<Wire> = (0..count).map(|_| connected(&server)).collect();
        for wire in &mut wires {
            wire.sends_frame(&Frame::text("hello")).expects(b"\x81\x05hello");
        }
        wires
    };
    let _warm = chat(50);
    let before = memory(&server, "VmRSS");
    let _quiet = chat(400);
    let grown = memory(&server, "VmRSS").saturating_sub(before);
    assert!(grown < 1600, "400 quiet connections cost {grown} KiB");
}

/// RFC 6455 §10.4: no memory is allocated for a declared length.
#[cfg(target_os = "linux")]
#[test]
fn declared_lengths_cost_nothing() {
    let server = start(&[]);
    drop(connected(&server));
    let before = memory(&server, "VmRSS");
    let mut waiting = Vec::new();
    for _ in 0..200 {
        let mut wire = connected(&server);
        // 16 MiB are declared, which is allowed, and one byte comes.
        wire.sends(&[0x82, 0xff, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 42]);
        wire.sends_a_byte_at_a_time(b"x");
        waiting.push(wire);
    }
    let mut other = connected(&server);
    other.sends_frame(&Frame::text("done")).expects(b"\x81\x04done");
    let grown = memory(&server, "VmRSS").saturating_sub(before);
    assert!(grown < 8 * 1024, "200 declarations have cost {grown} KiB");
}

/// RFC 6455 §5.4: many fragments take linear time. If each fragment were copied together with all
/// before it, more than a hundred gigabytes would be copied, and the test would fail.
#[test]
fn a_message_in_65536_fragments_is_put_together() {
    let server = start(&[]);
    let mut wire = connected(&server);
    let count = 4 * 1024 * 1024 / 64;
    let key = [1, 2, 3, 4];
    let mut bytes = Frame::binary([7; 64]).not_final().masked_with(key).bytes();
    let fragment = Frame::continuation([7; 64]).not_final().masked_with(key).bytes();
    bytes.extend(fragment.repeat(count - 2));
    bytes.extend(Frame::continuation([7; 64]).masked_with(key).bytes());
    wire.sends(&bytes);
    assert!(wire.expects_frame().payload == vec![7; count * 64]);
}

/// RFC 6455 §10.4: a million empty fragments, over the wire.
#[test]
fn a_million_empty_fragments_are_closed_with_1008() {
    let server = start(&[]);
    let mut wire = connected(&server);
    wire.sends_frame(&Frame::text("").not_final());
    let empty = Frame::continuation("").not_final().masked_with([0; 4]).bytes();
    let mut sending = wire.stream().try_clone().unwrap();
    let sender = std::thread::spawn(move || {
        let some = empty.repeat(10_000);
        for _ in 0..100 {
            if sending.write_all(&some).is_err() {
                return;
            }
        }
    });
    wire.expects_close(1008);
    sender.join().unwrap();
}

/// RFC 6455 §10.4: one message takes hardly more memory than the limit, also at the peak, if it is
/// compressed or unfinished. (An echo that the client does not read takes the same memory again.)
#[cfg(target_os = "linux")]
#[test]
fn a_message_takes_no_more_memory_than_the_limit_and_a_little() {
    const LIMIT: usize = 16 * 1024 * 1024;
    let zeros = vec![0; LIMIT + 1];
    let mut peer =
        Endpoint::new(Role::Client, Limits::default(), Vec::new(), Some(Agreement::default()));
    peer.outbound().message(Message::Binary(&zeros));
    let bomb = peer.outbound().pending().to_vec();
    assert!(bomb.len() < 200_000, "{} bytes", bomb.len());
    let key = [0; 4];
    let unfinished = Frame::binary(&zeros[..LIMIT]).not_final().masked_with(key).bytes();
    for (what, bytes) in [("a bomb", bomb), ("an unfinished message", unfinished)] {
        let server = start(&[]);
        let mut wire = Wire::connect(&server);
        wire.opens_with("/", &[("Sec-WebSocket-Extensions", "permessage-deflate")]);
        let before = memory(&server, "VmRSS");
        // The server may refuse the bomb while it is being sent.
        let _ = wire.stream().write_all(&bytes);
        let _ = wire.stream().write_all(&Frame::ping("").masked_with(key).bytes());
        // A pong or a close frame shows that the server has read all of it.
        wire.stream().read_exact(&mut [0; 2]).unwrap();
        let peak = memory(&server, "VmHWM") - before;
        assert!(peak < 20 * 1024, "{what} took {peak} KiB");
    }
}

/// A message over the limit is refused, also if each of its fragments is small.
#[test]
fn a_message_over_the_limit_is_closed_with_1009() {
    let server = start(&["--max-message", "1000"]);
    let mut wire = connected(&server);
    wire.sends_frame(&Frame::binary([1; 1000]));
    assert_eq!(wire.expects_frame().payload.len(), 1000);
    wire.sends_frame(&Frame::binary([1; 600]).not_final());
    wire.sends_frame(&Frame::continuation([1; 401]));
    assert_eq!(wire.expects_close(1009).close_reason(), "a message of over 1000 bytes (§10.4)");
    wire.expects_end();
}

/// If the port is taken, the server prints one line that says so.
#[test]
fn a_taken_port_is_told_in_one_line() {
    let server = start(&[]);
    let taken = server.address().to_string();
    let end = runs_to_its_end(env!("CARGO_BIN_EXE_echo"), &[&taken]);
    assert_eq!(end.code, Some(1));
    let expected = format!("cannot listen on {taken}: another program has that port");
    assert!(end.errors.starts_with(&expected), "{}", end.errors);
    assert_eq!(end.errors.lines().count(), 1, "{}", end.errors);
}

/// The error names the flag, and says what is wrong with its value.
#[test]
fn an_origin_that_is_none_keeps_the_server_from_starting() {
    let end = runs_to_its_end(env!("CARGO_BIN_EXE_echo"), &["--origin", "friend.example"]);
    assert_eq!(end.code, Some(2));
    assert!(end.errors.contains("\"friend.example\" is not an origin"), "{}", end.errors);
    assert!(end.errors.contains("--origin"), "{}", end.errors);
}

/// Without flags, the time limits are the default ones.
#[test]
fn without_flags_the_timeouts_are_the_standard_ones() {
    let options = <echo::Options as clap::Parser>::parse_from(["echo"]);
    let (flags, standard) = (options.timeouts, echo::Timeouts::default());
    assert_eq!(format!("{flags:?}"), format!("{standard:?}"));
}

/// The resident size of the server in KiB: now (`VmRSS`), or at its peak (`VmHWM`).
#[cfg(target_os = "linux")]
fn memory(server: &Server, field: &str) -> u64 {
    let mut status = String::new();
    let path = format!("/proc/{}/status", server.pid());
    std::fs::File::open(path).unwrap().read_to_string(&mut status).unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
