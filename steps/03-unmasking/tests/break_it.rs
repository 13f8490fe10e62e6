//! A decoder that never looks at the mask bit (fault F8). The book shows it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fmt::Write as _;
use std::io::Read;
use std::net::{TcpListener, TcpStream};

use raw_socket::visible;
use testkit::{Frame, Wire};

// ANCHOR: faulty
/// Finds the masking key and the payload, and returns the payload unmasked.
fn faulty_decode(frame: &[u8]) -> Vec<u8> {
    let (key, payload) = match frame[1] & 127 {
        126 => (&frame[4..8], &frame[8..]),
        127 => (&frame[10..14], &frame[14..]),
        _ => (&frame[2..6], &frame[6..]),
    };
    payload.iter().enumerate().map(|(index, byte)| byte ^ key[index % 4]).collect()
}
// ANCHOR_END: faulty

/// The bytes of one small frame, sent at once.
fn received(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = [0; 1024];
    let count = stream.read(&mut bytes).unwrap();
    bytes[..count].to_vec()
}

/// RFC 6455 §5.1: where there is no key, the first four bytes of the text are taken for it.
#[test]
fn an_unmasked_text_is_garbled() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = Wire::connect(listener.local_addr().unwrap());
    let mut stream = listener.accept().unwrap().0;
    let mut told = String::new();
    for text in ["hello", "hello, is this thing on?", "hi"] {
        for (how, frame) in
            [("masked", Frame::text(text)), ("not masked", Frame::text(text).unmasked())]
        {
            client.sends_frame(&frame);
            let bytes = received(&mut stream);
            // In a frame this short, the slice for the key would panic, and the program would end.
            let decoded = if bytes.len() < 6 {
                "(the program ends: there are no bytes 2 to 6)".to_owned()
            } else {
                format!("“{}”", visible(&faulty_decode(&bytes)))
            };
            writeln!(told, "{text:25} {how:10} → {decoded}").unwrap();
        }
    }
    insta::assert_snapshot!("garbled", told);
}
