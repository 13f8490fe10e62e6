//! An echo server as the tutorials make it: no FIN, no closing handshake, one loop for everyone
//! (faults F12, F14 and F15). The book shows what comes of it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use framing::{FrameBuffer, FrameHeader, Masking, Opcode};
use handshake::{Policy, open};
use testkit::{Browser, Frame, Server, Wire};
use web::{Origins, page};

// ANCHOR: faulty
/// Serves one after the other, and says every frame back as a text.
fn faulty_server(listener: &TcpListener, policy: &Policy) -> Result<(), Box<dyn Error>> {
    for stream in listener.incoming() {
        let mut stream = stream?;
        let Ok(opened) = open(&stream, policy, &page(5, "A page", ""))? else { continue };
        let mut frames = FrameBuffer::new(Masking::Required, opened.rest);
        loop {
            let Some(frame) = frames.next_frame().map_err(|(_, reason)| reason)? else {
                let mut bytes = [0; 8096];
                let count = stream.read(&mut bytes)?;
                frames.push(&bytes[..count]);
                continue;
            };
            if frame.header.opcode == Opcode::Close {
                break;
            }
            let text = String::from_utf8(frame.payload)?;
            say(&mut stream, &text)?;
        }
    }
    Ok(())
}
// ANCHOR_END: faulty

/// An origin whose pages do not come.
const NOBODY: &str = "http://nobody.example";

/// A text in one frame.
fn say(stream: &mut TcpStream, text: &str) -> io::Result<()> {
    let length = text.len() as u64;
    let header =
        FrameHeader { fin: true, rsv1: false, opcode: Opcode::Text, masking_key: None, length };
    let mut frame = Vec::new();
    header.encode(&mut frame);
    frame.extend(text.bytes());
    stream.write_all(&frame)
}

/// Starts it, for the pages of this origin.
fn start_faulty(origin: &str) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let origins = Origins::listed(&[origin.to_owned()]).unwrap();
    let policy = Policy { origins, ..Policy::default() };
    let server = move || faulty_server(&listener, &policy).unwrap_err().to_string();
    (address, thread::spawn(server))
}

/// RFC 6455 §5.4: a message is told by its FIN (fault F12).
#[test]
fn a_message_in_two_fragments_comes_back_as_two_messages() {
    let (address, _server) = start_faulty(NOBODY);
    let mut client = Wire::connect(address);
    client.opens("/").sends_frame(&Frame::text("one ").not_final());
    client.sends_frame(&Frame::continuation("message"));
    assert_eq!(client.expects_frame().into_text(), "one ");
    assert_eq!(client.expects_frame().into_text(), "message");
    insta::assert_snapshot!("two_messages", client.transcript());
}

/// RFC 6455 §8.1: one byte that is not UTF-8 ends the program for everyone (fault F15).
#[test]
fn one_bad_byte_stops_the_server_for_everyone() {
    let (address, server) = start_faulty(NOBODY);
    let mut client = Wire::connect(address);
    client.opens("/").sends_frame(&Frame::text(&b"caf\xe9"[..]));
    let ended = server.join().unwrap();
    client.expects_end();
    let next = TcpStream::connect(address).unwrap_err();
    assert_eq!(next.kind(), ErrorKind::ConnectionRefused);
    let told = format!(
        "{}\nthe program ends: {ended}\nthe next visitor: connection refused",
        client.transcript()
    );
    insta::assert_snapshot!("one_bad_byte", told);
}

/// RFC 6455 §7.1.5 and §7.1.6: no closing handshake is 1006, and not clean (fault F14).
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_browser_reports_1006_without_a_closing_handshake() {
    let browser = Browser::start().await;
    let ours = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let (faulty, _server) = start_faulty(&ours.url(""));
    browser.goto(&ours.url("/")).await;
    let mut told = String::new();
    for (whose, address) in [("theirs", faulty), ("ours", ours.address())] {
        let script = "return new Promise(resolve => {
            const socket = new WebSocket('ws://ADDRESS');
            socket.onopen = () => socket.close(1000, 'done');
            socket.onclose = ({ code, wasClean }) => resolve(`code ${code}, wasClean ${wasClean}`);
        })";
        let said = browser.script(&script.replace("ADDRESS", &address.to_string())).await;
        writeln!(told, "{whose:6} → {}", said.as_str().unwrap()).unwrap();
    }
    insta::assert_snapshot!("not_clean", told);
    browser.close().await;
}
