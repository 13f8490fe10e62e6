//! Each message is compressed by itself, for clients that offer it (RFC 7692).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::io::{Read, Write};
use std::net::TcpStream;

use echo::{Agreement, Endpoint, Limits, Message, Progress, Role};
use serde_json::{Value, json};
use support::{Member, start};
use testkit::{Server, Wire, upgrade_request};

mod support;

const EXTENSIONS: &str = "Sec-WebSocket-Extensions";
const OFFER: &str = "permessage-deflate; client_max_window_bits";
const ANSWER: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/// A client that compresses, and counts the bytes that it has received.
struct Client {
    stream: TcpStream,
    endpoint: Endpoint,
    received: usize,
}

impl Client {
    fn connects(server: &Server, target: &str) -> Self {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        let request = upgrade_request("localhost", target, &[(EXTENSIONS, OFFER)]);
        stream.write_all(request.as_bytes()).unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.contains(ANSWER), "{target}: {head}");
        let (server_no_context_takeover, client_no_context_takeover) = (true, true);
        let agreed = Agreement {
            server_no_context_takeover,
            client_no_context_takeover,
            ..Agreement::default()
        };
        let endpoint = Endpoint::new(Role::Client, Limits::default(), Vec::new(), Some(agreed));
        Self { stream, endpoint, received: 0 }
    }

    fn says(&mut self, text: &str) {
        self.endpoint.outbound().message(Message::Text(text.as_bytes()));
        let bytes = self.endpoint.outbound().pending().to_vec();
        self.endpoint.outbound().written(bytes.len());
        self.stream.write_all(&bytes).unwrap();
    }

    fn hears(&mut self) -> String {
        let mut bytes = [0; 4096];
        loop {
            if let Progress::Message = self.endpoint.advance().unwrap() {
                return String::from_utf8(self.endpoint.message().0.payload().to_vec()).unwrap();
            }
            let count = self.stream.read(&mut bytes).unwrap();
            assert!(count > 0, "the connection was closed");
            self.received += count;
            self.endpoint.receive(&bytes[..count]);
        }
    }

    fn hears_of(&mut self, kind: &str) -> Value {
        loop {
            let heard: Value = serde_json::from_str(&self.hears()).unwrap();
            if heard["type"] == kind {
                return heard;
            }
        }
    }
}

#[test]
fn a_message_is_compressed_for_those_who_have_offered_it_and_the_same_for_all() {
    let server = start(&[]);
    let mut plain = Member::enters(&server, "/ws/tea/Plain");
    let mut reader = Client::connects(&server, "/ws/tea/Reader");
    let mut writer = Client::connects(&server, "/ws/tea/Writer");
    for client in [&mut reader, &mut writer] {
        client.hears_of("welcome");
    }
    let text = "the same words, and again ".repeat(100);
    for number in 0..2 {
        let before = reader.received;
        writer.says(&json!({ "msg": text, "key": number.to_string() }).to_string());
        assert_eq!(writer.hears_of("sent")["key"], number.to_string());
        assert_eq!(reader.hears_of("message")["msg"], text);
        assert_eq!(plain.hears_of("message")["msg"], text);
        // The second one does not point back to the first.
        assert!((100..500).contains(&(reader.received - before)), "{}", reader.received - before);
    }
}

#[test]
fn an_echo_is_compressed_if_the_client_offers_it() {
    let server = start(&[]);
    let mut client = Client::connects(&server, "/echo");
    let text = "hello ".repeat(1000);
    client.says(&text);
    assert_eq!(client.hears(), text);
    assert!(client.received < 500, "{}", client.received);
}

/// The messages of the vote are short, and it can be switched off.
#[test]
fn the_vote_is_not_compressed_and_nothing_is_if_it_is_switched_off() {
    let (server, silent) = (start(&[]), start(&["--compression", "off"]));
    for (server, target) in
        [(&server, "/vote/socket"), (&silent, "/echo"), (&silent, "/ws/tea/Ada")]
    {
        let answer = Wire::connect(server).opens_with(target, &[(EXTENSIONS, OFFER)]);
        assert_eq!(answer.header(EXTENSIONS), None, "{target}");
    }
}
