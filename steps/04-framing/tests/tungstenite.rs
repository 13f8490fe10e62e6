//! An independent peer: another library's client, and the running server.
#![allow(clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::net::TcpStream;

use testkit::{PATIENCE, Server};
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{Error, Message, WebSocket, client};

fn start() -> Server {
    Server::start(env!("CARGO_BIN_EXE_framing"), &[])
}

fn connect(server: &Server) -> WebSocket<TcpStream> {
    let stream = TcpStream::connect_timeout(&server.address(), PATIENCE).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout over zero can be set");
    stream.set_write_timeout(Some(PATIENCE)).expect("a timeout over zero can be set");
    client(server.ws_url("/"), stream).expect("the handshake is right").0
}

/// RFC 6455 §5.6.
#[test]
fn a_text_comes_back() {
    let server = start();
    let mut client = connect(&server);
    for text in ["hello", "", "Grüße, 你好 🦀"] {
        client.send(Message::text(text)).unwrap();
        assert_eq!(client.read().unwrap(), Message::text(text));
    }
}

/// RFC 6455 §5.2: each form of the length (fault F13).
#[test]
fn bytes_of_any_length_come_back() {
    let server = start();
    let mut client = connect(&server);
    for length in [0, 125, 126, 65_535, 65_536, 1024 * 1024] {
        let bytes: Vec<u8> = (0..=250).cycle().take(length).collect();
        client.send(Message::binary(bytes.clone())).unwrap();
        assert!(client.read().unwrap() == Message::binary(bytes), "{length} bytes");
    }
}

/// RFC 6455 §5.5.2 and §5.5.3.
#[test]
fn a_ping_is_answered_with_its_payload() {
    let server = start();
    let mut client = connect(&server);
    client.send(Message::Ping("are you there?".into())).unwrap();
    assert_eq!(client.read().unwrap(), Message::Pong("are you there?".into()));
}

/// RFC 6455 §7.1.2: a closing handshake that both sides call clean (fault F14).
#[test]
fn a_close_is_answered_with_its_code() {
    let server = start();
    let mut client = connect(&server);
    let close = CloseFrame { code: CloseCode::Normal, reason: "bye".into() };
    client.close(Some(close.clone())).unwrap();
    assert_eq!(client.read().unwrap(), Message::Close(Some(close)));
    assert!(matches!(client.read(), Err(Error::ConnectionClosed)));
}

/// RFC 6455 §7.1.1 and §7.4.1: the client learns why, though it was still sending. To close with
/// bytes unread would reset the connection under its hands.
#[test]
fn a_frame_over_the_limit_is_answered_with_1009_while_it_is_sent() {
    let server = start();
    let mut client = connect(&server);
    client.send(Message::binary(vec![0; 4 * 1024 * 1024])).unwrap();
    let Message::Close(Some(close)) = client.read().unwrap() else { panic!("a close is due") };
    assert_eq!(close.code, CloseCode::Size);
}
