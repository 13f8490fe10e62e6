//! What RFC 6455 demands of a server that has more than one thing to offer, where no other file
//! proves it. The book's map of every MUST (`book/musts.toml`) names the rest.

use support::{Member, start};
use testkit::{Server, Wire};

mod support;

/// Asks for a WebSocket at this target, as bytes, and returns the status of the answer.
fn status(server: &Server, target: &[u8]) -> u16 {
    let mut wire = Wire::connect(server);
    let headers = " HTTP/1.1\r\nHost: chat.localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    wire.sends(&[b"GET ", target, headers.as_bytes()].concat());
    wire.expects_response().status
}

/// RFC 6455 §4.2.2: a handshake for what is not there is answered with 404.
#[test]
fn a_handshake_where_nothing_is_served_is_answered_with_404() {
    let server = start(&[]);
    for target in ["/nowhere", "/ws", "/ws/tea/Ada/more", "/echo/", "/vote/socket/2"] {
        assert_eq!(status(&server, target.as_bytes()), 404, "{target}");
    }
    assert_eq!(status(&server, b"/echo"), 101);
}

/// RFC 6455 §8.1: what is read as UTF-8 must be UTF-8 in the opening handshake too. A name is; its
/// path may spell it in bytes or in `%`.
#[test]
fn a_name_that_is_no_utf_8_is_refused() {
    let server = start(&[]);
    for target in [&b"/ws/tea/\xff"[..], b"/ws/tea/caf%c3", b"/ws/tea/%ed%a0%80", b"/ws/%ff/Ada"] {
        assert_eq!(status(&server, target), 400, "{}", target.escape_ascii());
    }
    Member::enters(&server, "/ws/tea/caf%c3%a9").leaves();
}
