//! Demands of RFC 6455 on a client, and on what both sides send, that no other file proves. The book's
//! map of every MUST (`book/musts.toml`) names the other tests.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::HashSet;
use std::future::ready;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::pin::pin;
use std::thread::{self, JoinHandle};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use echo::{
    Agreement, Clock, CloseCode, CloseFrame, ConnectError, Connection, Encoded, Ended, Ending,
    Endpoint, Limits, Message, Progress, Role, Timeouts, connect,
};
use testkit::{Frame, Masking, Opcode, Server, Wire};
use tokio::io::{AsyncReadExt, duplex};
use tokio::net::TcpStream;

/// Accepts one client, answers its handshake, and then runs `behaves`.
fn server(behaves: impl FnOnce(&mut Wire) + Send + 'static) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let mut wire = Wire::accepts(&listener);
        wire.answers_upgrade();
        behaves(&mut wire);
    });
    (address, server)
}

/// Connects, receives until the connection is over, and ends it. Returns the messages.
async fn listens(address: SocketAddr) -> (Vec<String>, Ended) {
    let clock = Clock::start(Timeouts::default());
    let mut stream = TcpStream::connect(address).await.unwrap();
    let endpoint = connect(&mut stream, "localhost", "/", Limits::default()).await.unwrap();
    let mut connection = Connection::new(stream, endpoint, &clock);
    let mut heard = Vec::new();
    let ended = loop {
        match connection.recv().await {
            Ok((message, _)) => heard.push(String::from_utf8(message.payload().to_vec()).unwrap()),
            Err(ended) => break ended,
        }
    };
    connection.end(&ended).await;
    (heard, ended)
}

/// Returns all frames in these bytes.
fn frames(mut bytes: &[u8]) -> Vec<Frame> {
    let mut frames = Vec::new();
    while let Some((frame, size)) = Frame::read(bytes) {
        frames.push(frame);
        bytes = &bytes[size..];
    }
    assert_eq!(bytes, b"", "half a frame is left");
    frames
}

/// RFC 6455 §4.1: the client's key is sixteen random bytes in base64, new for each connection.
#[tokio::test]
async fn each_connection_has_a_key_of_its_own() {
    let mut keys = HashSet::new();
    for _ in 0..8 {
        let (seen, key) = std::sync::mpsc::channel();
        let (address, server) = server(move |wire| {
            let key = wire.request().header("sec-websocket-key").unwrap();
            seen.send(STANDARD.decode(key).unwrap()).unwrap();
        });
        let mut stream = TcpStream::connect(address).await.unwrap();
        connect(&mut stream, "localhost", "/", Limits::default()).await.unwrap();
        let key = key.recv().unwrap();
        assert_eq!(key.len(), 16);
        assert!(keys.insert(key), "a key came twice");
        server.join().unwrap();
    }
}

/// RFC 6455 §4.1: the client sends nothing between its request and the server's answer.
#[tokio::test]
async fn nothing_is_said_before_the_answer() {
    let (mut ours, mut theirs) = duplex(4096);
    let mut connecting = pin!(connect(&mut ours, "localhost", "/", Limits::default()));
    let mut request = Vec::new();
    while !request.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        tokio::select! {
            biased;
            _ = &mut connecting => panic!("connected without an answer"),
            read = theirs.read_buf(&mut request) => assert_ne!(read.unwrap(), 0),
        }
    }
    assert!(request.ends_with(b"\r\n\r\n"), "{:?} before the answer", request.escape_ascii());
    // The client's task runs once more, and writes nothing.
    tokio::select! {
        biased;
        _ = &mut connecting => panic!("connected without an answer"),
        byte = theirs.read_u8() => panic!("said {byte:?} before the answer"),
        () = ready(()) => {}
    }
}

/// RFC 6455 §5.3 and §10.3: each frame has a new masking key, which cannot be guessed from the last
/// one. So each bit is 1 in half of the keys, and differs from that of the last key in half of them.
/// (The probability that this fails by chance is negligible.)
#[test]
fn each_frame_has_a_masking_key_of_its_own() {
    const COUNT: usize = 4096;
    let mut endpoint = Endpoint::new(Role::Client, Limits::default(), Vec::new(), None);
    let outbound = endpoint.outbound();
    for _ in 0..COUNT {
        outbound.message(Message::Text(b"the same, over and over"));
    }
    let frames = frames(outbound.pending());
    let keys: Vec<u32> = frames
        .iter()
        .map(|frame| match frame.masking {
            Masking::Key(key) => u32::from_be_bytes(key),
            other => panic!("a client must mask, not {other:?}"),
        })
        .collect();
    assert_eq!(keys.len(), COUNT);
    let steps: Vec<u32> = keys.windows(2).map(|pair| pair[0] ^ pair[1]).collect();
    let differences: Vec<u32> = keys.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
    for (what, numbers) in [("keys", &keys), ("steps", &steps), ("differences", &differences)] {
        for bit in 0..32 {
            let ones = numbers.iter().filter(|number| *number >> bit & 1 == 1).count();
            // Eight standard deviations, each of 32, around one half.
            assert!(ones.abs_diff(numbers.len() / 2) < 256, "bit {bit} of the {what}: {ones} ones");
        }
        let distinct: HashSet<&u32> = numbers.iter().collect();
        assert!(distinct.len() > COUNT - 16, "{} different {what}", distinct.len());
    }
}

/// Makes an endpoint receive a ping, which it answers.
fn answers_a_ping(endpoint: &mut Endpoint) {
    let ping = Frame::ping("there?");
    endpoint.receive(&match endpoint.role() {
        Role::Server => ping.masked_with([1, 2, 3, 4]).bytes(),
        Role::Client => ping.unmasked().bytes(),
    });
    assert_eq!(endpoint.advance(), Ok(Progress::NeedsBytes));
}

fn normal(reason: &str) -> CloseFrame<'_> {
    CloseFrame { code: CloseCode::NORMAL, reason }
}

/// RFC 6455 §5.1 and §6.1: a client masks every frame, and a server masks none.
#[test]
fn a_client_masks_each_kind_of_frame_and_a_server_none() {
    for (role, masks) in [(Role::Client, true), (Role::Server, false)] {
        let mut endpoint = Endpoint::new(role, Limits::default(), Vec::new(), None);
        answers_a_ping(&mut endpoint);
        let outbound = endpoint.outbound();
        outbound.message(Message::Text(b"text"));
        outbound.message(Message::Binary(b"bytes"));
        outbound.encoded(&Encoded::new(Message::Text(b"for many")));
        outbound.ping();
        outbound.close(Some(normal("enough")));
        let frames = frames(outbound.pending());
        assert_eq!(frames.len(), 6);
        for frame in frames {
            assert_eq!(frame.is_masked(), masks, "{role:?}: {frame:?}");
        }
    }
}

/// RFC 6455 §5.2: a reserved bit is 0 unless an extension gives it a meaning. permessage-deflate gives
/// one to RSV1 of data frames only.
#[test]
fn no_reserved_bit_is_set_that_nobody_agreed_on() {
    let long = "to be compressed, to be compressed, to be compressed".repeat(20);
    for agreed in [None, Some(Agreement::default())] {
        let mut endpoint = Endpoint::new(Role::Server, Limits::default(), Vec::new(), agreed);
        answers_a_ping(&mut endpoint);
        let outbound = endpoint.outbound();
        outbound.message(Message::Text(long.as_bytes()));
        outbound.ping();
        outbound.close(Some(normal(&long)));
        for frame in frames(outbound.pending()) {
            let is_compressed = agreed.is_some() && frame.opcode == Opcode::Text;
            assert_eq!(frame.rsv, if is_compressed { 4 } else { 0 }, "{frame:?}");
        }
    }
}

/// RFC 6455 §5.5.1 and §6.1: no message is sent after a close frame, also if the program sends one.
#[test]
fn nothing_is_said_after_a_close() {
    for role in [Role::Client, Role::Server] {
        let mut endpoint = Endpoint::new(role, Limits::default(), Vec::new(), None);
        let outbound = endpoint.outbound();
        outbound.close(Some(normal("")));
        let closed = outbound.pending().to_vec();
        outbound.message(Message::Text(b"one more thing"));
        outbound.message(Message::Binary(b"one more thing"));
        outbound.encoded(&Encoded::new(Message::Text(b"one more thing")));
        outbound.ping();
        outbound.close(Some(CloseFrame { code: CloseCode::GOING_AWAY, reason: "" }));
        assert_eq!(outbound.pending(), closed, "{role:?}");
    }
}

/// RFC 6455 §7.4.1: 1005, 1006 and 1015 must never be sent, and no close frame can be created with
/// them. A close frame without a code is empty; 1005 is reported for it.
#[test]
fn the_codes_that_are_never_sent_cannot_be_sent() {
    for code in [1005, 1006, 1015] {
        assert_eq!(CloseCode::new(code), None, "{code}");
    }
    let mut endpoint = Endpoint::new(Role::Server, Limits::default(), Vec::new(), None);
    let outbound = endpoint.outbound();
    outbound.close(None);
    assert_eq!(outbound.pending(), b"\x88\x00");
}

/// RFC 6455 §7.1.7: after a failure the connection is over, also if the server sends more.
#[tokio::test]
async fn a_client_that_has_failed_a_connection_ends_it() {
    let (address, server) = server(|wire| {
        wire.sends_frames(&[
            Frame::text("good"),
            Frame::continuation("of nothing"),
            Frame::text("good again"),
        ]);
        wire.expects_close(1002);
        // The client waits until the server has ended its side (§7.1.1).
        wire.sends_frame(&Frame::text("good still")).half_closes().expects_end();
    });
    let (heard, ended) = listens(address).await;
    assert_eq!(heard, ["good"]);
    assert!(matches!(ended, Ended::ByPeer(Ending::Failed(_))), "{ended}");
    server.join().unwrap();
}

/// RFC 6455 §7.2.1: a connection that is lost without a close frame is reported as a failure, and not
/// as a regular end.
#[tokio::test]
async fn a_connection_that_is_lost_is_no_clean_close() {
    let (address, server) = server(|wire| {
        wire.sends(&[0x81, 5, b'h', b'a', b'l']);
    });
    let (heard, ended) = listens(address).await;
    assert_eq!(heard, [""; 0]);
    assert!(matches!(ended, Ended::Vanished(_)), "{ended}");
    server.join().unwrap();
}

/// RFC 6455 §5.5.1 and §7.1.1: when both close frames have been sent, the connection is over. It does
/// not matter which side sent the first.
#[tokio::test]
async fn a_client_that_has_closed_and_was_answered_is_gone() {
    let (address, server) = server(|wire| {
        wire.expects_close(1000);
        wire.sends_frame(&Frame::close(1000, "")).half_closes().expects_end();
    });
    let clock = Clock::start(Timeouts::default());
    let mut stream = TcpStream::connect(address).await.unwrap();
    let endpoint = connect(&mut stream, "localhost", "/", Limits::default()).await.unwrap();
    let connection = Connection::new(stream, endpoint, &clock);
    let close = CloseFrame { code: CloseCode::NORMAL, reason: "that was all" };
    connection.close(close, Timeouts::default().close).await;
    server.join().unwrap();
}

/// Returns a server's answer to this offer: the status, and the extensions that it names.
fn offered(server: &Server, extensions: &str) -> (u16, Option<String>) {
    let mut wire = Wire::connect(server);
    let host = wire.host();
    wire.sends_text(&format!(
        "GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Extensions: {extensions}\r\n\r\n"
    ));
    let response = wire.expects_response();
    (response.status, response.header("sec-websocket-extensions").map(str::to_owned))
}

/// RFC 6455 §4.2.2: "Extensions not listed by the client MUST NOT be listed". A text in a quoted string
/// is not an entry of the list.
#[test]
fn an_extension_in_a_quoted_string_is_not_offered() {
    let server = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let answer = offered(&server, "x; y=\"a, permessage-deflate, b\"");
    assert_eq!(answer, (400, None));
}

/// RFC 6455 §4.1: an answer that breaks a rule of §4.2.2 fails the connection. An empty subprotocol is
/// "not a legal value", a list of extensions has at least one entry, and the version is HTTP/1.1.
#[tokio::test]
async fn the_client_refuses_an_answer_that_is_not_as_it_must_be() {
    for (version, line) in
        [("1.0", "X: y"), ("1.1", "Sec-WebSocket-Protocol:"), ("1.1", "Sec-WebSocket-Extensions:")]
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let mut wire = Wire::accepts(&listener);
            let key = wire.request().header("sec-websocket-key").unwrap();
            let accept = handshake::accept_key(key);
            wire.sends_text(&format!(
                "HTTP/{version} 101 Switching Protocols\r\nUpgrade: websocket\r\n\
                 Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n{line}\r\n\r\n"
            ));
        });
        let mut stream = TcpStream::connect(address).await.unwrap();
        let answer = connect(&mut stream, "localhost", "/", Limits::default()).await;
        assert!(matches!(answer, Err(ConnectError::Refused(_))), "HTTP/{version}, {line}");
        server.join().unwrap();
    }
}

/// RFC 6455 §4.1: a client sends only valid HTTP requests. A line end in a target could add headers to
/// the request, so no request is sent.
#[tokio::test]
async fn the_client_sends_nothing_for_a_host_or_a_target_that_is_none() {
    for (host, target) in [
        ("localhost", "/\r\nX-Evil: 1"),
        ("localhost", "/a b"),
        ("localhost", "chat"),
        ("localhost", "/#fragment"),
        ("local host", "/"),
        ("localhost\r\nX-Evil: 1", "/"),
        ("", "/"),
    ] {
        let (mut ours, mut theirs) = duplex(4096);
        let sent = async {
            let mut sent = Vec::new();
            theirs.read_buf(&mut sent).await.unwrap();
            sent
        };
        tokio::select! {
            biased;
            sent = sent => panic!("{host:?}, {target:?}: {}", sent.escape_ascii()),
            answer = connect(&mut ours, host, target, Limits::default()) => assert!(answer.is_err()),
        }
    }
}
