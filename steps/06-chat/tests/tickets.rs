//! Who is it? The example `tickets`: a cookie, a ticket, and how a session ends.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::path::PathBuf;
use std::sync::LazyLock;

use testkit::{Frame, Profile, Response, Server, Wire, build_one};

static PROGRAM: LazyLock<PathBuf> =
    LazyLock::new(|| build_one("chat", "--example", "tickets", Profile::Dev).unwrap());

fn start(flags: &[&str]) -> Server {
    Server::start(&*PROGRAM, flags)
}

/// Sends a request by POST with these headers and this body.
fn posts(server: &Server, path: &str, headers: &str, body: &str) -> Response {
    let mut wire = Wire::connect(server);
    let (host, length) = (wire.host(), body.len());
    wire.sends_text(&format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    ));
    wire.expects_response()
}

/// Logs in, and returns the header that the browser sends from then on.
fn logs_in(server: &Server, user: &str) -> String {
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let answer = posts(server, "/login", form, &format!("user={user}"));
    assert_eq!(answer.status, 200);
    let cookie = answer.header("set-cookie").unwrap();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Strict");
    format!("Cookie: {pair}\r\n")
}

/// Asks for a ticket.
fn gets_ticket(server: &Server, cookie: &str) -> String {
    let answer = posts(server, "/ticket", cookie, "");
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text().to_owned()
}

/// Sends the opening handshake, and returns the status of the answer.
fn tries(server: &Server, target: &str, headers: &str) -> (Wire, u16) {
    let mut wire = Wire::connect(server);
    let host = wire.host();
    wire.sends_text(&format!(
        "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\n{headers}\r\n"
    ));
    let status = wire.expects_response().status;
    (wire, status)
}

#[test]
fn a_ticket_opens_one_websocket_for_its_user() {
    let server = start(&[]);
    let cookie = logs_in(&server, "Ada");
    let target = format!("/socket?ticket={}", gets_ticket(&server, &cookie));
    let (mut ada, status) = tries(&server, &target, "");
    assert_eq!(status, 101);
    assert_eq!(ada.expects_frame().into_text(), "hello, Ada");
    ada.sends_frame(&Frame::text("hi"));
    assert_eq!(ada.expects_frame().into_text(), "hi");
    // Somebody who reads the ticket in a log comes too late.
    assert_eq!(tries(&server, &target, "").1, 401);
    assert_eq!(tries(&server, "/socket?ticket=guess", &cookie).1, 401);
    assert_eq!(tries(&server, "/socket", "").1, 401);
    assert_eq!(posts(&server, "/ticket", "", "").status, 401);
}

/// RFC 6455 §10.2: a browser sends the cookie along, whichever page has opened the WebSocket. Only the
/// Origin tells the pages apart.
#[test]
fn a_cookie_alone_needs_the_check_of_the_origin() {
    let server = start(&[]);
    let cookie = logs_in(&server, "Ada");
    let from = |origin: &str| tries(&server, "/socket", &format!("{cookie}Origin: {origin}\r\n")).1;
    assert_eq!(from(&server.url("")), 101);
    assert_eq!(from("http://evil.example"), 403);
    // Forms and scripts of other sites get no ticket, and their WebSockets do not use one up.
    let foreign = "Origin: http://evil.example\r\n";
    assert_eq!(posts(&server, "/ticket", &format!("{cookie}{foreign}"), "").status, 403);
    let target = format!("/socket?ticket={}", gets_ticket(&server, &cookie));
    assert_eq!(tries(&server, &target, foreign).1, 403);
    assert_eq!(tries(&server, &target, "").1, 101);
}

/// A session that ends closes its WebSockets, and the tickets that it was given are not valid any more.
#[test]
fn the_end_of_a_session_closes_its_websockets() {
    let server = start(&[]);
    let cookie = logs_in(&server, "Ada");
    let ticket = gets_ticket(&server, &cookie);
    let mut sockets = [(); 2].map(|()| tries(&server, "/socket", &cookie).0);
    let (mut bob, _) = tries(&server, "/socket", &logs_in(&server, "Bob"));
    assert_eq!(posts(&server, "/logout", &cookie, "").status, 204);
    for socket in &mut sockets {
        assert_eq!(socket.expects_close(3000).close_reason(), "you have logged out");
    }
    assert_eq!(tries(&server, "/socket", &cookie).1, 401);
    assert_eq!(tries(&server, &format!("/socket?ticket={ticket}"), "").1, 401);
    assert_eq!(bob.expects_frame().into_text(), "hello, Bob");
    bob.sends_frame(&Frame::text("still here"));
    assert_eq!(bob.expects_frame().into_text(), "still here");

    let server = start(&["--session-time", "1"]);
    let (mut ada, status) = tries(&server, "/socket", &logs_in(&server, "Ada"));
    assert_eq!(status, 101);
    let close = ada.expects_close(3000);
    assert_eq!(close.close_reason(), "your session is over: log in again");
}
