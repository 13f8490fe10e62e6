//! An independent peer: tungstenite, as two people in a room.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::io::{Read, Write};

use serde_json::{Value, json};
use support::start;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{Message, WebSocket, connect};

mod support;

/// Is told something of this type, after whatever else.
fn hears_of<Stream: Read + Write>(socket: &mut WebSocket<Stream>, kind: &str) -> Value {
    loop {
        let told: Value = serde_json::from_str(socket.read().unwrap().to_text().unwrap()).unwrap();
        if told["type"] == kind {
            return told;
        }
    }
}

/// RFC 6455 §5, S7: another library's idea of a WebSocket is the same.
#[test]
fn two_people_with_tungstenite_talk() {
    let server = start(&[]);
    let (mut ada, _) = connect(server.ws_url("/ws/tea/Ada")).unwrap();
    assert_eq!(hears_of(&mut ada, "welcome")["here"], json!(["Ada"]));
    let (mut bob, _) = connect(server.ws_url("/ws/tea/Bob")).unwrap();
    assert_eq!(hears_of(&mut bob, "welcome")["here"], json!(["Ada", "Bob"]));
    for (text, key) in [("hello", "1"), ("說什麼", "2"), ("€".repeat(4000).as_str(), "3")] {
        let said = json!({ "sender": "Ada", "msg": text, "key": key }).to_string();
        ada.send(Message::text(said)).unwrap();
        let heard = hears_of(&mut bob, "message");
        assert_eq!((&heard["sender"], &heard["msg"]), (&json!("Ada"), &json!(text)));
        assert_eq!(hears_of(&mut ada, "sent")["id"], heard["id"]);
        bob.send(Message::text(text)).unwrap();
        assert_eq!(hears_of(&mut ada, "message")["msg"], text);
    }
    ada.send(Message::Ping("there?".into())).unwrap();
    assert_eq!(ada.read().unwrap(), Message::Pong("there?".into()));
    bob.close(None).unwrap();
    assert!(matches!(
        loop {
            match bob.read() {
                Ok(Message::Text(_)) => {}
                other => break other,
            }
        },
        Ok(Message::Close(_))
    ));
    assert_eq!(hears_of(&mut ada, "left")["names"], json!(["Bob"]));
    // And a name that is taken is refused in its words, too.
    let (mut other, _) = connect(server.ws_url("/ws/tea/Ada")).unwrap();
    let Ok(Message::Close(Some(close))) = other.read() else { panic!("it should be closed") };
    assert_eq!(close.code, CloseCode::Policy);
    assert_eq!(close.reason.as_str(), "that name is taken here: choose another");
}
