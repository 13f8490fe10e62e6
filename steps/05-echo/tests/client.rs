//! Our client with servers that follow the rules, and with some that do not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread;

use echo::{
    Clock, CloseCode, ConnectError, Connection, Ended, Ending, Limits, Message, Timeouts, connect,
};
use testkit::{Frame, Wire};
use tokio::net::TcpStream;

fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()
}

/// Opens a connection and sends "hello". Returns what came back, and how the connection ended.
async fn says_hello(address: std::net::SocketAddr) -> (Option<String>, Ended) {
    let clock: Arc<Clock> = Clock::start(Timeouts::default());
    let mut stream = TcpStream::connect(address).await.unwrap();
    let endpoint = connect(&mut stream, "localhost", "/chat?room=1", Limits::default()).await;
    let mut connection = Connection::new(stream, endpoint.unwrap(), &clock);
    connection.outgoing().send(Message::Text(b"hello")).unwrap();
    let mut heard = None;
    loop {
        match connection.recv().await {
            Ok((message, _)) => {
                heard = Some(String::from_utf8(message.payload().to_vec()).unwrap());
            }
            Err(ended) => {
                connection.end(&ended).await;
                return (heard, ended);
            }
        }
    }
}

/// RFC 6455 §4.1, §5.1, §5.3: the client sends a correct request, masks its frames, and answers a
/// ping and a close frame.
#[tokio::test]
async fn the_client_masks_and_keeps_to_the_handshakes() {
    let listener = listener();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let mut wire = Wire::accepts(&listener);
        assert_eq!(wire.request().header("sec-websocket-version"), Some("13"));
        wire.answers_upgrade();
        let hello = wire.expects_frame();
        assert!(hello.is_masked());
        wire.sends_frame(&Frame::ping("there?"));
        assert!(wire.expects_frame().is_masked());
        wire.sends_frame(&Frame::text("hello yourself"));
        wire.sends_frame(&Frame::close(1000, "that was all")).expects_close(1000);
        wire.transcript()
    });
    let (heard, ended) = says_hello(address).await;
    assert_eq!(heard.as_deref(), Some("hello yourself"));
    assert!(matches!(ended, Ended::ByPeer(Ending::Closed(Some(CloseCode::NORMAL)))), "{ended}");
    insta::assert_snapshot!(server.join().unwrap());
}

/// RFC 9110 §15.2: interim answers come before the final one, and a client skips those that it does
/// not know. All of them together have a limit.
#[tokio::test]
async fn the_client_waits_for_the_final_answer() {
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n";
    let without_reason = "HTTP/1.1 103\r\nLink: </style.css>\r\n\r\n";
    for (interim, is_accepted) in [
        ("HTTP/1.1 100 Continue\r\n\r\n", true),
        (hints, true),
        (without_reason, true),
        (&hints.repeat(1000), false),
        ("SSH-2.0 103 Early Hints\r\n\r\n", false),
    ] {
        let listener = listener();
        let address = listener.local_addr().unwrap();
        let interim = interim.to_owned();
        let server = thread::spawn(move || {
            let mut wire = Wire::accepts(&listener);
            wire.sends_text(&interim);
            if is_accepted {
                wire.answers_upgrade();
                wire.sends_frame(&Frame::text("first"));
            }
        });
        let mut stream = TcpStream::connect(address).await.unwrap();
        let answer = connect(&mut stream, "localhost", "/", Limits::default()).await;
        assert_eq!(answer.is_ok(), is_accepted);
        server.join().unwrap();
    }
}

/// RFC 6455 §5.1: a masked frame from a server is answered with 1002.
#[tokio::test]
async fn the_client_refuses_a_frame_that_is_masked() {
    let listener = listener();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let mut wire = Wire::accepts(&listener);
        wire.answers_upgrade();
        wire.sends_frame(&Frame::text("masked").masked_with([1, 2, 3, 4]));
        wire.expects_close(1002);
    });
    let (heard, ended) = says_hello(address).await;
    assert_eq!(heard, None);
    assert!(matches!(ended, Ended::ByPeer(Ending::Failed(_))), "{ended}");
    server.join().unwrap();
}

/// RFC 6455 §4.1: the error says what is wrong with an answer.
#[tokio::test]
async fn the_client_refuses_an_answer_that_is_no_upgrade() {
    let answers = [
        ("HTTP/1.1 404 Not Found\r\n\r\n", "it answers 404 Not Found"),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", "its answer is not HTTP: invalid HTTP version"),
        (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
            "its Upgrade header is not \"websocket\"",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: close\r\n\r\n",
            "its Connection header does not contain \"Upgrade\"",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
            "its Sec-WebSocket-Accept does not belong to our key",
        ),
    ];
    for (answer, expected) in answers {
        let listener = listener();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            Wire::accepts(&listener).sends_text(answer);
        });
        let mut stream = TcpStream::connect(address).await.unwrap();
        let error = connect(&mut stream, "localhost", "/", Limits::default()).await.err().unwrap();
        assert_eq!(error.to_string(), format!("the server did not upgrade: {expected}"));
        server.join().unwrap();
    }
}

/// RFC 6455 §4.1: the server must not choose a subprotocol or an extension that was not offered.
#[tokio::test]
async fn the_client_refuses_what_it_has_not_offered() {
    let extensions = "Sec-WebSocket-Extensions";
    for (name, value) in [
        ("Sec-WebSocket-Protocol", "chat"),
        (extensions, "x-webkit-deflate-frame"),
        (extensions, "permessage-deflate; client_max_window_bits"),
        (extensions, "permessage-deflate; server_max_window_bits=16"),
        (extensions, "permessage-deflate, permessage-deflate"),
    ] {
        let listener = listener();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            Wire::accepts(&listener).answers_upgrade_with(&[(name, value)]);
        });
        let mut stream = TcpStream::connect(address).await.unwrap();
        let error = connect(&mut stream, "localhost", "/", Limits::default()).await.err().unwrap();
        assert!(matches!(&error, ConnectError::Refused(why) if why.contains(name)), "{error}");
        server.join().unwrap();
    }
}
