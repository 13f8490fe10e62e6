//! An encoder and a loop with common mistakes (faults F9, F10 and F13), and how a browser answers. The
//! book shows them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]
#![allow(clippy::comparison_chain, reason = "clippy sees it, too: this is the fault")]

use std::error::Error;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::thread;

use handshake::{Opened, Policy, serve_opened};
use testkit::{Browser, Frame, PATIENCE, Wire};
use unmasking::{MaskedPayload, mask};
use web::page;

// ANCHOR: faulty_encode
/// Returns the header of a text frame that is not masked.
fn faulty_header(length: usize) -> Vec<u8> {
    let mut header = vec![0x81];
    if length < 126 {
        header.extend(&length.to_be_bytes()[7..]);
    } else if length == 126 {
        header.push(126);
        header.extend(&length.to_be_bytes()[6..]);
    } else {
        header.push(127);
        header.extend(length.to_be_bytes());
    }
    header
}
// ANCHOR_END: faulty_encode

// ANCHOR: faulty_loop
/// Reads once for each frame, takes each frame for a text, and sends it back.
fn faulty_echo(mut stream: &TcpStream) -> Result<(), Box<dyn Error>> {
    let mut bytes = [0; 8096];
    loop {
        let count = stream.read(&mut bytes)?;
        let frame = &mut bytes[..count];
        let payload = MaskedPayload::find(frame)?.ok_or("the end of the connection")?;
        let text = &mut frame[payload.start..payload.start + usize::try_from(payload.length)?];
        mask(text, payload.key, 0);
        let text = std::str::from_utf8(text)?;
        stream.write_all(&faulty_header(text.len()))?;
        stream.write_all(text.as_bytes())?;
    }
}
// ANCHOR_END: faulty_loop

/// Serves whoever connects to a free port.
fn serve(converse: impl Fn(&TcpStream, &Opened) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let page = page(4, "Break it", "");
        serve_opened(&listener, Policy::default(), page, move |stream, _, opened| {
            converse(stream, &opened);
            Ok("was tried".to_owned())
        })
    });
    address
}

/// Faults F9 and F10: the second frame in a segment is lost, and a close frame is not a text.
#[test]
fn a_second_frame_is_lost_and_a_close_ends_the_program() {
    let (sender, receiver) = channel();
    let address = serve(move |stream, _| {
        let ended = faulty_echo(stream).unwrap_err();
        sender.send(format!("the program ends: {ended}")).unwrap();
    });
    let mut browser = Wire::connect(address);
    browser.opens("/").sends_frames(&[Frame::text("first"), Frame::text("second")]);
    assert_eq!(browser.expects_frame().into_text(), "first");
    browser.sends_frame(&Frame::text("third"));
    assert_eq!(browser.expects_frame().into_text(), "third");
    browser.sends_frame(&Frame::close(1000, "bye")).expects_end();
    let ended = receiver.recv_timeout(PATIENCE).unwrap();
    insta::assert_snapshot!("second_frame", format!("{}\n{ended}", browser.transcript()));
}

/// RFC 6455 §5.2 (fault F13): a length must be in the minimal number of bytes. A browser fails the
/// connection.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_browser_hangs_up_on_127_characters() {
    let address = serve(|mut stream, opened| {
        let length = opened.request.uri().path()[1..].parse().unwrap();
        stream.write_all(&faulty_header(length)).unwrap();
        stream.write_all(&vec![b'x'; length]).unwrap();
        // Until the browser has had enough.
        let _ = stream.read(&mut [0; 64]);
    });
    let browser = Browser::start().await;
    browser.goto(&format!("http://{address}/")).await;
    let mut told = String::new();
    for length in [125, 126, 127, 65_535, 65_536] {
        let script = format!(
            "return new Promise(resolve => {{
                const socket = new WebSocket('ws://{address}/{length}');
                socket.onmessage = ({{ data }}) => resolve(`${{data.length}} characters came`);
                socket.onclose = ({{ code }}) => resolve(`closed with ${{code}}`);
            }})"
        );
        let said = browser.script(&script).await;
        writeln!(told, "{length:6} characters: {}", said.as_str().unwrap()).unwrap();
        for error in browser.console_errors() {
            let from = error.find("WebSocket").unwrap_or_default();
            writeln!(told, "       {}", error[from..].replace(&address.to_string(), "SERVER"))
                .unwrap();
        }
    }
    insta::assert_snapshot!("hung_up", told);
    browser.close().await;
}
