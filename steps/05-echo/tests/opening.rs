//! The opening handshake on tokio: its time limits, and the rest that step 2's tests do not cover.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use testkit::{Frame, PATIENCE, Server, Wire};

fn start(flags: &[&str]) -> Server {
    Server::start(env!("CARGO_BIN_EXE_echo"), flags)
}

fn is_served(server: &Server) {
    let mut wire = Wire::connect(server);
    wire.opens("/").sends_frame(&Frame::text("hello")).expects(b"\x81\x05hello");
}

/// RFC 6455 §10.4: a client that sends nothing, or a byte now and then, is dropped when its time is
/// up, and other clients are not affected.
#[test]
fn a_silent_and_a_dripping_client_are_dropped_when_their_time_is_up() {
    let server = start(&["--handshake-timeout", "0.5"]);
    let mut silent = Wire::connect(&server);
    let mut dripping = TcpStream::connect(server.address()).unwrap();
    dripping.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    is_served(&server);
    // It waits a little for an answer, and sends one more byte if no answer comes.
    let mut bytes = b"GET / HTTP/1.1\r\nX-Slow: ".iter().chain(std::iter::repeat(&b'z'));
    let mut answer = [0; 12];
    while dripping.read_exact(&mut answer).is_err() {
        dripping.write_all(&[*bytes.next().unwrap()]).unwrap();
    }
    assert_eq!(&answer, b"HTTP/1.1 408");
    assert_eq!(silent.expects_response().status, 408);
    silent.expects_end();
    is_served(&server);
}

/// RFC 6585 §5: the client can read the answer, although the server has not read all of the request.
#[test]
fn a_header_block_over_the_limit_is_answered_with_431() {
    let server = start(&[]);
    for size in [17_000, 100_000, 900_000] {
        let mut wire = Wire::connect(&server);
        wire.sends_text(&format!("GET / HTTP/1.1\r\nCookie: {}", "c".repeat(size)));
        let response = wire.expects_response();
        assert_eq!(response.status, 431);
        assert_eq!(response.text(), "The header block is over the limit of 16384 bytes.\n");
        wire.expects_end();
    }
    is_served(&server);
}

/// RFC 6455 §4.2.1: a request may arrive in any pieces.
#[test]
fn a_request_may_come_a_byte_at_a_time() {
    let server = start(&[]);
    let mut wire = Wire::connect(&server);
    let request = format!(
        "GET /slowly HTTP/1.1\r\nhost: {}\r\nUPGRADE: WebSocket\r\nConnection: keep-alive, upgrade\r\n\
         sec-websocket-key: kJXuOKsrl3AR1KeFngRElQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        wire.host()
    );
    wire.sends_a_byte_at_a_time(request.as_bytes());
    let response = wire.expects_response();
    assert_eq!(response.status, 101);
    // The accept value of this key was once computed by hand.
    assert_eq!(response.header("sec-websocket-accept"), Some("lCaWI6ZCGd5I25+0bJrVqBOcDYc="));
}

/// RFC 6455 §10.2: a page of another site is refused (fault F6); its own, or a listed one, is not.
#[test]
fn pages_of_other_origins_are_refused_unless_listed() {
    let server = start(&["--origin", "https://friend.example"]);
    let own = format!("http://{}", server.address());
    for (origin, status) in [
        (own.as_str(), 101),
        ("https://friend.example", 101),
        ("https://friend.example.evil.example", 403),
        ("https://evil.example", 403),
        ("null", 403),
    ] {
        let mut wire = Wire::connect(&server);
        wire.sends_text(&format!(
            "GET / HTTP/1.1\r\nHost: {}\r\nOrigin: {origin}\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\nSec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\n\
             Sec-WebSocket-Version: 13\r\n\r\n",
            server.address()
        ));
        assert_eq!(wire.expects_response().status, status, "{origin}");
    }
}

/// A request for a page gets the page, with any path.
#[test]
fn a_plain_request_gets_the_page() {
    let server = start(&[]);
    let mut wire = Wire::connect(&server);
    wire.sends_text(&format!("GET /hello HTTP/1.1\r\nHost: {}\r\n\r\n", server.address()));
    let response = wire.expects_response();
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(response.text().contains("Round trip"));
    wire.expects_end();
}

/// RFC 6455 §10.4: a connection over the limit gets an answer, and the open ones are not affected.
#[test]
fn one_connection_too_many_is_answered_with_503() {
    let server = start(&["--max-connections", "2"]);
    let mut inside: Vec<Wire> = (0..2).map(|_| Wire::connect(&server)).collect();
    for wire in &mut inside {
        wire.opens("/");
    }
    let mut outside = Wire::connect(&server);
    outside.sends_text(&format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", server.address()));
    let response = outside.expects_response();
    assert_eq!(response.status, 503);
    assert_eq!(
        response.text(),
        "The server has reached its limit on connections: try again later.\n"
    );
    outside.expects_end();
    for wire in &mut inside {
        wire.sends_frame(&Frame::text("still here")).expects(b"\x81\x0astill here");
    }
    // When one of them ends, there is room again, as soon as the server has noticed it.
    let mut leaving = inside.remove(0);
    leaving.sends_frame(&Frame::close(1000, "")).expects_close(1000);
    leaving.expects_end();
    drop(leaving);
    let deadline = Instant::now() + PATIENCE;
    while visits(&server) == 503 {
        assert!(Instant::now() < deadline, "the place of the one who left is not free");
    }
}

/// Requests the page, and returns the status of the answer.
fn visits(server: &Server) -> u16 {
    let mut visitor = Wire::connect(server);
    visitor.sends_text(&format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", server.address()));
    let status = visitor.expects_response().status;
    visitor.expects_end();
    status
}

/// If a client resets the connection in the middle of its request, other clients are not affected.
#[test]
fn a_client_that_vanishes_is_forgotten() {
    let server = start(&[]);
    for _ in 0..100 {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: half").unwrap();
    }
    let mut half = TcpStream::connect(server.address()).unwrap();
    half.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    half.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    assert_eq!(half.read_to_end(&mut answer).unwrap(), 0);
    is_served(&server);
}

/// RFC 6455 §10.2: a refused page is logged, with both values and the flag that would allow it.
#[test]
fn a_refused_page_is_printed_with_its_reason() {
    let server = start(&["--verbose"]);
    let mut wire = Wire::connect(&server);
    wire.sends_text(
        "GET / HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\n\
         Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    assert_eq!(wire.expects_response().status, 403);
    wire.half_closes();
    let line = server.waits_for_line_with("was refused with 403");
    assert!(
        line.contains("Host \"evil.example\". Allow it with --origin http://evil.example"),
        "{line}"
    );
}
