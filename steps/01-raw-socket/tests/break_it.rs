//! Two common mistakes: to read only once (fault F1), and to serve only one client (fault F16). The
//! book shows what they cause.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]
#![allow(clippy::needless_pass_by_value, reason = "the listener ends with the program")]

use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::thread;

use raw_socket::visible;
use testkit::{Browser, Wire};

// ANCHOR: read_once
/// Reads once, and takes what has arrived for the whole request.
fn read_once(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = [0; 1024];
    let count = stream.read(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes[..count]).into_owned())
}

/// Finds the key, later in the program.
fn key_of(request: &str) -> Option<&str> {
    request.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: "))
}
// ANCHOR_END: read_once

#[expect(clippy::needless_pass_by_value, reason = "the listener ends with the program")]
// ANCHOR: serve_one
/// Accepts one connection, reads its request, and ends.
fn serve_one(listener: TcpListener) -> io::Result<String> {
    let (mut stream, _) = listener.accept()?;
    read_once(&mut stream)
}
// ANCHOR_END: serve_one

/// A listener of ours, a client that is connected to it, and our end of that connection.
fn connected() -> (Wire, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let client = Wire::connect(listener.local_addr().expect("it has an address"));
    (client, listener.accept().expect("a client waits").0)
}

/// Says what was taken for the request, and for the key in it.
fn told(request: &str) -> String {
    format!(
        "{} bytes are taken for the request:\n\n{}\n\nand this for its key: {:?}",
        request.len(),
        visible(request.as_bytes()),
        key_of(request)
    )
}

/// RFC 9112 §2.2: a request ends with a blank line, not where a segment ends.
#[test]
fn a_request_in_two_segments_loses_half_of_its_key() {
    let (mut browser, mut stream) = connected();
    browser.sends_text("GET / HTTP/1.1\r\nHost: localhost\r\nSec-WebSocket-Key: kJXuOKsr");
    let request = read_once(&mut stream).unwrap();
    browser.sends_text("l3AR1KeFngRElQ==\r\nUpgrade: websocket\r\n\r\n");
    insta::assert_snapshot!("half_a_key", told(&request));
}

/// A browser with many cookies sends more than 1 KiB, and the headers after that are lost.
#[test]
fn a_request_with_many_cookies_loses_its_end() {
    let (mut browser, mut stream) = connected();
    let cookies = "seen=everything; ".repeat(80);
    browser.sends_text(&format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies}\r\n\
         Sec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\n\r\n"
    ));
    let request = read_once(&mut stream).unwrap();
    assert_eq!((request.len(), key_of(&request)), (1024, None));
}

/// The second visitor's browser reports an error, because the program has ended with the first.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_second_visitor_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(|| serve_one(listener));
    let mut first = Wire::connect(address);
    first.sends_text("GET / HTTP/1.1\r\nSec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\n\r\n");
    assert!(key_of(&server.join().unwrap().unwrap()).is_some());
    first.expects_end();
    let browser = Browser::start().await;
    browser.goto("about:blank").await;
    let script = "return new Promise(resolve => {
        const socket = new WebSocket('ws://ADDRESS');
        socket.onclose = ({ code }) => resolve(code);
    })";
    let code = browser.script(&script.replace("ADDRESS", &address.to_string())).await;
    let errors = browser.console_errors().join("\n");
    let error = errors[errors.find("WebSocket").unwrap()..].replace(&address.to_string(), "SERVER");
    insta::assert_snapshot!("second_visitor", format!("closed with {code}\n{error}"));
    browser.close().await;
}
