//! The opening handshake on the wire, with the running server.
#![allow(clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::io::{Read, Write};

use testkit::{Frame, Server, Wire};

/// The handshake that the source documents show, of a real browser.
const REQUEST: &str = "GET / HTTP/1.1\r\n\
     Host: 127.0.0.1:9002\r\n\
     Connection: Upgrade\r\n\
     Upgrade: websocket\r\n\
     Origin: http://127.0.0.1:9002\r\n\
     Sec-WebSocket-Version: 13\r\n\
     Sec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\n\
     Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n";

fn start(flags: &[&str]) -> Server {
    Server::start(env!("CARGO_BIN_EXE_handshake"), flags)
}

/// RFC 6455 §4.2.2.
#[test]
fn the_request_of_a_real_browser_is_answered_with_101() {
    let server = start(&[]);
    let mut browser = Wire::connect(&server);
    browser.sends_text(REQUEST).expects_response();
    browser.sends_frame(&Frame::text("hello")).half_closes().expects_end();
    server.waits_for_line_with("closed the connection");
    insta::assert_snapshot!("handshake_wire", browser.transcript());
    insta::assert_snapshot!("handshake_printed", server.output_about(&browser));
}

/// RFC 6455 §4.2.1: TCP cuts where it likes, and the tutorials read once (fault F1).
#[test]
fn a_request_is_accepted_a_byte_at_a_time() {
    let server = start(&[]);
    let mut browser = Wire::connect(&server);
    browser.sends_a_byte_at_a_time(REQUEST.as_bytes());
    assert_eq!(browser.expects_response().status, 101);
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 6455 §4.1: a client may send frames as soon as its request is out, in the same segment.
#[test]
fn frames_behind_the_request_are_kept() {
    let server = start(&[]);
    let mut browser = Wire::connect(&server);
    browser.sends(&[REQUEST.as_bytes(), &Frame::text("hello").bytes()].concat());
    browser.expects_response();
    browser.half_closes().expects_end();
    server.waits_for_line_with("closed the connection");
    insta::assert_snapshot!(browser.transcript());
    let output = server.output();
    assert!(output.contains("sent 11 bytes, still masked"), "{output}");
    assert!(output.contains("81 85 37 fa 21 3d 5f 9f  4d 51 58"), "{output}");
}

/// A request that does not ask for a WebSocket is answered with the step's page.
#[test]
fn a_visit_is_shown_the_page() {
    let server = start(&[]);
    let mut visitor = Wire::connect(&server);
    visitor.sends_text("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let answer = visitor.expects_response();
    visitor.expects_end();
    insta::assert_snapshot!(answer.head());
    assert!(answer.text().contains("The handshake"));
    visitor.half_closes();
    server.waits_for_line_with("was shown the page");
}

/// Returns the answer to a request. The client closes its sending side after the request.
fn whole_answer(request: &str) -> String {
    let server = start(&[]);
    let mut wire = Wire::connect(&server);
    wire.sends_text(request).half_closes();
    let mut answer = String::new();
    wire.stream().read_to_string(&mut answer).expect("the server answers and closes");
    answer
}

/// RFC 9110 §9.3.2: the answer to a HEAD has the header fields of the answer to a GET, and no
/// content.
#[test]
fn a_head_is_answered_without_content() {
    let visit = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for request in [visit, REQUEST, "GET /a#b HTTP/1.1\r\nHost: localhost\r\n\r\n"] {
        let head = whole_answer(&request.replace("GET", "HEAD"));
        assert_eq!(head.find("\r\n\r\n"), Some(head.len() - 4), "{head}");
    }
    let fields = |answer: &str| {
        let (head, _) = answer.split_once("\r\n\r\n").expect("an answer has a header");
        head.lines().filter(|line| !line.starts_with("Date: ")).collect::<Vec<_>>().join("\n")
    };
    let (get, head) = (whole_answer(visit), whole_answer(&visit.replace("GET", "HEAD")));
    assert_eq!(fields(&get), fields(&head));
}

/// RFC 9112 §9.6: a client may end its side of the connection once its request is sent.
#[test]
fn a_request_whose_sender_half_closes_is_answered() {
    assert!(whole_answer(REQUEST).starts_with("HTTP/1.1 101 "));
    assert!(whole_answer(&REQUEST.replace("GET", "POST")).starts_with("HTTP/1.1 405 "));
}

/// RFC 6455 §10.2: a refusal is printed, with what was sent and the flag that would change it.
#[test]
fn a_refusal_is_printed_with_its_reason() {
    let server = start(&[]);
    let mut browser = Wire::connect(&server);
    browser.sends_text(&REQUEST.replace("127.0.0.1:9002", "evil.example")).expects_response();
    browser.expects_end().half_closes();
    let line = server.waits_for_line_with("403");
    for part in
        ["Origin \"http://evil.example\"", "Host \"evil.example\"", "--origin http://evil.example"]
    {
        assert!(line.contains(part), "{part} is missing: {line}");
    }
}

/// RFC 6455 §4.4: a client of a draft learns which version to try.
#[test]
fn a_version_we_do_not_speak_is_answered_with_the_one_we_do() {
    let server = start(&[]);
    let mut browser = Wire::connect(&server);
    browser.sends_text(&REQUEST.replace("Version: 13", "Version: 8")).expects_response();
    browser.expects_end();
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 6455 §10.2 (fault F6).
#[test]
fn a_foreign_page_is_answered_with_403() {
    let server = start(&[]);
    let mut browser = Wire::connect(&server);
    let origin = "Origin: http://127.0.0.1.evil.example:9002";
    browser.sends_text(&REQUEST.replace("Origin: http://127.0.0.1:9002", origin));
    browser.expects_response();
    browser.expects_end();
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 9110 §15.5.6: 405 says what is allowed.
#[test]
fn a_post_is_answered_with_405() {
    let server = start(&[]);
    let mut browser = Wire::connect(&server);
    browser.sends_text(&REQUEST.replace("GET", "POST")).expects_response();
    browser.expects_end();
    insta::assert_snapshot!(browser.transcript());
}

/// RFC 9112 §9.6: to close with bytes unread would reset the connection, and a reset overtakes the
/// answer.
#[test]
fn a_refusal_arrives_though_the_client_goes_on_sending() {
    let server = start(&[]);
    let mut browser = Wire::connect(&server);
    browser.sends_text(&REQUEST.replace("GET", "POST"));
    // More than the network holds: it gets there only if somebody reads it.
    browser.stream().write_all(&vec![0; 8 * 1024 * 1024]).expect("the server reads on");
    assert_eq!(browser.expects_response().status, 405);
    browser.expects_end();
    assert!(browser.transcript().ends_with("\n× closed by the server"), "{}", browser.transcript());
}

/// Faults F15 and F16: whatever one client does, the next is served.
#[test]
fn a_client_that_goes_away_does_not_stop_the_server() {
    let server = start(&[]);
    drop(Wire::connect(&server));
    Wire::connect(&server).sends_text(&REQUEST[..40]).half_closes().expects_end();
    Wire::connect(&server).sends(b"\x16\x03\x01\x02\0\n").expects_response();
    Wire::connect(&server).opens("/");
    Wire::connect(&server).opens("/");
}

/// RFC 6455 §10.4: 64 KiB are all that this step takes.
#[test]
fn a_client_that_sends_too_much_is_closed() {
    let server = start(&[]);
    let mut browser = Wire::connect(&server);
    browser.opens("/").sends(&vec![0; 64 * 1024 + 1]).expects_end();
    server.waits_for_line_with("ended: it has sent as many bytes as we accept");
    Wire::connect(&server).opens("/");
}

/// RFC 6455 §10.2: the pages of an origin that the operator names may connect as well.
#[test]
fn a_listed_origin_is_let_in() {
    let server =
        start(&["--origin", "https://friend.example", "--origin", "http://localhost:3000"]);
    for origin in ["https://friend.example", "http://localhost:3000", &server.url("")] {
        Wire::connect(&server).opens_with("/", &[("Origin", origin)]);
    }
    let mut foreign = Wire::connect(&server);
    let origin = "Origin: https://friend.example.evil.example";
    foreign.sends_text(&REQUEST.replace("Origin: http://127.0.0.1:9002", origin));
    assert_eq!(foreign.expects_response().status, 403);
}

/// RFC 6455 §4.2.2: the first that is served, in the client's order, or none.
#[test]
fn a_subprotocol_is_agreed_on() {
    let server = start(&["--subprotocol", "superchat", "--subprotocol", "chat"]);
    let mut transcripts = Vec::new();
    for offer in ["chat, superchat", "mqtt, superchat", "mqtt"] {
        let mut browser = Wire::connect(&server);
        browser.opens_with("/", &[("Sec-WebSocket-Protocol", offer)]);
        transcripts.push(browser.transcript());
    }
    insta::assert_snapshot!(transcripts.join("\n\n"));
}
