//! An echo server with common mistakes: it ignores FIN (fault F12), it has no closing handshake (F14),
//! and one loop serves everybody (F15). The book shows the consequences.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use framing::{FrameBuffer, FrameHeader, Masking, Opcode};
use handshake::{Policy, hang_up, open};
use testkit::{Browser, Frame, Server, Wire};
use web::{Origins, page};

// ANCHOR: faulty
/// Serves one client after the other, and sends the payload of every frame back as a text.
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
            send_text(&mut stream, &text)?;
        }
    }
    Ok(())
}
// ANCHOR_END: faulty

/// An origin that has no pages here.
const NOBODY: &str = "http://nobody.example";

/// Sends a text in one frame.
fn send_text(stream: &mut TcpStream, text: &str) -> io::Result<()> {
    let length = text.len() as u64;
    let header =
        FrameHeader { fin: true, rsv1: false, opcode: Opcode::Text, masking_key: None, length };
    let mut frame = Vec::new();
    header.encode(&mut frame);
    frame.extend(text.bytes());
    stream.write_all(&frame)
}

/// Starts the faulty server, for the pages of this origin.
fn start_faulty(origin: &str) -> (SocketAddr, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let policy = policy(origin);
    let server = move || faulty_server(&listener, &policy).unwrap_err().to_string();
    (address, thread::spawn(server))
}

/// Accepts pages of this origin.
fn policy(origin: &str) -> Policy {
    let origins = Origins::listed(&[origin.to_owned()]).unwrap();
    Policy { origins, ..Policy::default() }
}

/// RFC 6455 §5.4: a message ends with the frame that has FIN (fault F12).
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

/// RFC 6455 §8.1: one byte that is not UTF-8 ends the program for everybody (fault F15).
#[test]
fn one_bad_byte_stops_the_server_for_everyone() {
    let (address, server) = start_faulty(NOBODY);
    let mut client = Wire::connect(address);
    client.opens("/").sends_frame(&Frame::text(&b"caf\xe9"[..]));
    let ended = server.join().unwrap();
    client.expects_end();
    let next = TcpStream::connect(address).unwrap_err();
    assert_eq!(next.kind(), ErrorKind::ConnectionRefused);
    let report = format!(
        "{}\nthe program ends: {ended}\nthe next visitor: connection refused",
        client.transcript()
    );
    insta::assert_snapshot!("one_bad_byte", report);
}

/// RFC 6455 §7.1.5: without a close frame from the server, the browser reports 1006 (fault F14).
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_browser_reports_1006_without_a_closing_handshake() {
    let browser = Browser::start().await;
    let ours = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let (faulty, _server) = start_faulty(&ours.url(""));
    browser.goto(&ours.url("/")).await;
    let mut report = String::new();
    for (name, address) in [("faulty", faulty), ("step 5", ours.address())] {
        let close = reported_close(&browser, address, "/", "socket.close(1000, 'done')").await;
        writeln!(report, "{name} → {close}").unwrap();
    }
    insta::assert_snapshot!("not_clean", report);
    browser.close().await;
}

/// RFC 6455 §7.1.4 to §7.1.6: a browser reports the status code of the close frame that it received,
/// also if the TCP connection is reset after it. 1006 means that no close frame came.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_browser_reports_1006_only_if_no_close_frame_came() {
    let browser = Browser::start().await;
    let ours = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let policy = policy(&ours.url(""));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let opened = open(&stream, &policy, &page(5, "A page", "")).unwrap().unwrap();
            end_as(opened.request.uri().path(), stream).unwrap();
        }
    });
    browser.goto(&ours.url("/")).await;
    let mut report = String::new();
    for (path, what) in [
        ("/end", "a close frame with 3000, then the end of TCP"),
        ("/reset", "a close frame with 3000, then a reset"),
        ("/nothing", "no close frame, only the end of TCP"),
    ] {
        let close = reported_close(&browser, address, path, "").await;
        writeln!(report, "{what:44} → {close}").unwrap();
    }
    insta::assert_snapshot!("close_codes", report);
    browser.close().await;
}

/// Ends a connection in the way that its path names.
fn end_as(path: &str, mut stream: TcpStream) -> io::Result<()> {
    /// A close frame with the status code 3000.
    const CLOSE: [u8; 4] = [0x88, 0x02, 0x0b, 0xb8];
    match path {
        "/end" => {
            stream.write_all(&CLOSE)?;
            hang_up(&stream)
        }
        "/reset" => {
            stream.write_all(&CLOSE)?;
            // One byte of the browser's close frame. The other bytes stay in the socket, so the system
            // resets the connection when the socket is closed.
            stream.read_exact(&mut [0])
        }
        _ => Ok(()),
    }
}

/// Connects to a path of this server, runs a script when the connection is open, and returns how the
/// browser reports its end.
async fn reported_close(
    browser: &Browser,
    address: SocketAddr,
    path: &str,
    when_open: &str,
) -> String {
    let script = "return new Promise(resolve => {
        const socket = new WebSocket('ws://ADDRESS');
        socket.onopen = () => { WHEN_OPEN };
        socket.onclose = ({ code, wasClean }) => resolve(`code ${code}, wasClean ${wasClean}`);
    })";
    let script = script.replace("ADDRESS", &format!("{address}{path}"));
    let close = browser.script(&script.replace("WHEN_OPEN", when_open)).await;
    close.as_str().unwrap().to_owned()
}
