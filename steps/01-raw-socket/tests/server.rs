//! The running server: what it prints of what arrives, and what cannot stop it.
#![allow(clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::io::Read;

use testkit::{Server, Wire};

/// What `new WebSocket(…)` sends, as the source documents show it.
const WEBSOCKET_REQUEST: &str = "GET / HTTP/1.1\r\n\
     Host: 127.0.0.1:9001\r\n\
     Connection: Upgrade\r\n\
     Upgrade: websocket\r\n\
     Origin: http://localhost\r\n\
     Sec-WebSocket-Version: 13\r\n\
     Sec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\n\
     Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n";
/// An ordinary visit.
const VISIT: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn start() -> Server {
    Server::start(env!("CARGO_BIN_EXE_raw-socket"), &[])
}

/// Checks with one more visit that the server still serves everybody.
fn is_still_there(server: &Server) {
    let mut visitor = Wire::connect(server);
    assert_eq!(visitor.sends_text(VISIT).expects_response().status, 200);
}

/// RFC 6455 §4.1: the request of the client's opening handshake, as it is on the wire.
#[test]
fn what_a_browser_sends_is_shown_byte_for_byte() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.sends_text(WEBSOCKET_REQUEST);
    browser.half_closes().expects_end();
    server.waits_for_line_with("closed the connection");
    insta::assert_snapshot!("websocket_request_printed", server.output_about(&browser));
    insta::assert_snapshot!("websocket_request_wire", browser.transcript());
}

/// The tutorials take one `recv(1024)` for the whole request (fault F1).
#[test]
fn a_request_in_two_segments_is_shown_whole() {
    let server = start();
    let mut visitor = Wire::connect(&server);
    visitor.sends_text("GET /chat HTTP/1.1\r\nHo");
    server.waits_for_line_with("sent 22 bytes");
    visitor.sends_text("st: localhost\r\n\r\n");
    server.waits_for_line_with("sent 17 bytes");
    let page = visitor.expects_response();
    visitor.expects_end().half_closes();
    server.waits_for_line_with("closed the connection");
    insta::assert_snapshot!("two_segments_printed", server.output_about(&visitor));
    // The page is about all of the request, not about its last piece.
    let both_lines = raw_socket::hex_dump(b"GET /chat HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(page.text().contains(&both_lines), "{}", page.text());
}

/// Fault F1: over 1 KiB of cookies.
#[test]
fn a_request_of_6_kib_is_shown_whole() {
    let server = start();
    let mut visitor = Wire::connect(&server);
    let crumbs = "chocolate-chip-".repeat(400);
    visitor.sends_text(&format!("GET / HTTP/1.1\r\nHost: localhost\r\nCookie: a={crumbs}\r\n\r\n"));
    assert_eq!(visitor.expects_response().status, 200);
    visitor.half_closes();
    server.waits_for_line_with("closed the connection");
    let bytes: usize = server
        .output()
        .lines()
        .filter_map(|line| {
            line.split_once(" sent ")?.1.strip_suffix(" bytes")?.parse::<usize>().ok()
        })
        .sum();
    assert_eq!(bytes, 47 + crumbs.len());
}

#[test]
fn a_visit_is_shown_its_own_bytes() {
    let server = start();
    let mut visitor = Wire::connect(&server);
    visitor.sends_text(VISIT);
    let answer = visitor.expects_response();
    visitor.expects_end();
    insta::assert_snapshot!(answer.head());
    assert!(answer.text().contains(&raw_socket::hex_dump(VISIT.as_bytes())), "{}", answer.text());
}

/// RFC 9110 §9.3.2: the answer to a HEAD has the header fields of the answer to a GET, and no
/// content.
#[test]
fn a_head_is_answered_without_content() {
    let server = start();
    let mut visitor = Wire::connect(&server);
    visitor.sends_text(&VISIT.replace("GET", "HEAD")).half_closes();
    let mut answer = String::new();
    visitor.stream().read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("\r\nContent-Length: "), "{answer}");
    assert_eq!(answer.find("\r\n\r\n"), Some(answer.len() - 4), "{answer}");
}

/// A visitor's bytes go into a page: as text, not as markup (fault F17).
#[test]
fn markup_in_a_request_stays_text_in_the_page() {
    let server = start();
    let mut visitor = Wire::connect(&server);
    // The dump shows sixteen bytes in a line: each word of markup is within one.
    visitor.sends_text("GET /<b>&lt;</b> HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let page = visitor.expects_response();
    assert!(page.text().contains("|GET /&lt;b>&amp;lt;&lt;/b>|"), "{}", page.text());
}

/// RFC 6455 §4.2.2: that answer is step 2.
#[test]
fn a_websocket_request_is_not_answered_yet() {
    let server = start();
    let mut browser = Wire::connect(&server);
    browser.sends_text(&WEBSOCKET_REQUEST.replace("Upgrade: websocket", "UPGRADE: WebSocket"));
    browser.half_closes().expects_end();
}

/// A peer cannot send commands to the terminal of the person who reads the output.
#[test]
fn an_escape_sequence_is_printed_as_a_picture_of_itself() {
    let server = start();
    let mut attacker = Wire::connect(&server);
    attacker.sends(b"\x1b]0;all is well\x07\x1b[2J").half_closes().expects_end();
    server.waits_for_line_with("closed the connection");
    assert!(server.output().contains("␛]0;all is well␇␛[2J"), "{}", server.output());
    assert!(!server.output().contains('\x1b'));
}

/// The tutorials accept once, and end with that connection (fault F16).
#[test]
fn many_connections_are_served_at_once() {
    let server = start();
    let mut visitors: Vec<Wire> = (0..50).map(|_| Wire::connect(&server)).collect();
    // The last come first, so none waits for another.
    for visitor in visitors.iter_mut().rev() {
        assert_eq!(visitor.sends_text(VISIT).expects_response().status, 200);
    }
}

/// Faults F15 and F16.
#[test]
fn a_peer_that_closes_at_once_does_not_stop_the_loop() {
    let server = start();
    drop(Wire::connect(&server));
    server.waits_for_line_with("closed the connection");
    is_still_there(&server);
}

/// Faults F15 and F16.
#[test]
fn a_peer_that_resets_does_not_stop_the_loop() {
    let server = start();
    let mut peer = Wire::connect(&server);
    peer.sends_text(VISIT);
    // The page has begun to arrive and is not read, so closing the connection resets it.
    assert_eq!(peer.stream().peek(&mut [0]).unwrap(), 1);
    drop(peer);
    server.waits_for_line_with("closed the connection");
    is_still_there(&server);
}

/// RFC 6455 §10.4, and fault F15.
#[test]
fn a_peer_that_sends_too_much_is_closed_and_does_not_stop_the_loop() {
    let server = start();
    let mut peer = Wire::connect(&server);
    peer.sends(&vec![b'.'; 64 * 1024 + 1]).expects_end();
    server.waits_for_line_with("ended: it has sent as many bytes as we accept");
    is_still_there(&server);
}
