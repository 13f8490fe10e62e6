//! An independent peer: tungstenite as client of our server, and as server of our client.

use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use echo::{Clock, CloseCode, Connection, Limits, Timeouts, connect};
use testkit::Server;
use tungstenite::protocol::frame::coding::CloseCode as TheirCode;
use tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tungstenite::{Message, Utf8Bytes};

// ANCHOR: independent
/// RFC 6455 §5: another library agrees about texts and bytes of all sizes, a ping, and a close.
#[test]
fn tungstenite_and_our_server_agree() {
    let server = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let config = WebSocketConfig::default().max_frame_size(None);
    let (mut socket, _) =
        tungstenite::client::connect_with_config(server.ws_url("/any"), Some(config), 0).unwrap();
    for size in [0, 1, 125, 126, 65_535, 65_536, 1 << 20, 16 << 20] {
        let text = Message::text("€".repeat(size / 3));
        socket.send(text.clone()).unwrap();
        assert_eq!(socket.read().unwrap(), text);
        let binary = Message::binary(vec![0xff; size]);
        socket.send(binary.clone()).unwrap();
        assert!(socket.read().unwrap() == binary);
    }
    socket.send(Message::Ping("there?".into())).unwrap();
    assert_eq!(socket.read().unwrap(), Message::Pong("there?".into()));
    let close = CloseFrame { code: TheirCode::Library(4000), reason: Utf8Bytes::from("done") };
    socket.close(Some(close)).unwrap();
    assert!(
        matches!(socket.read().unwrap(), Message::Close(Some(close)) if close.code == TheirCode::Library(4000))
    );
    assert!(matches!(socket.read(), Err(tungstenite::Error::ConnectionClosed)));
}
// ANCHOR_END: independent

/// The same the other way round.
#[tokio::test]
async fn tungstenite_and_our_client_agree() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut socket = tungstenite::accept(stream).unwrap();
        loop {
            match socket.read() {
                Ok(message @ (Message::Text(_) | Message::Binary(_))) => {
                    socket.send(message).unwrap();
                }
                Ok(_) => {}
                Err(error) => return error,
            }
        }
    });
    let clock = Clock::start(Timeouts::default());
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let endpoint = connect(&mut stream, "localhost", "/", Limits::default()).await.unwrap();
    let mut connection = Connection::new(stream, endpoint, &clock);
    for size in [0, 1, 125, 126, 65_535, 65_536, 1 << 20] {
        let payload = vec![b'w'; size];
        for message in [echo::Message::Text(&payload), echo::Message::Binary(&payload)] {
            connection.outgoing().send(message).unwrap();
            assert!(connection.recv().await.unwrap().0 == message, "{size} bytes");
        }
    }
    let close = echo::CloseFrame { code: CloseCode::NORMAL, reason: "done" };
    connection.close(close, Timeouts::default().close).await;
    let ended = tokio::task::spawn_blocking(|| server.join().unwrap()).await.unwrap();
    assert!(matches!(ended, tungstenite::Error::ConnectionClosed), "{ended}");
}
