//! A handshake with common mistakes (faults F2, F3, F4 and F6), and what they cause. The book shows
//! it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use handshake::{HeaderBlock, HeaderLimits, Opened, Policy, accept_key};
use testkit::{Browser, PATIENCE, Server};

// ANCHOR: faulty
/// Finds the key and the host, and checks nothing else.
fn faulty_answer(request: &str) -> Option<String> {
    let line = |name| request.lines().find(|line| line.starts_with(name));
    let key = line("Sec-WebSocket-Key")?.split(':').nth(1)?.trim();
    let host = line("Host")?.split(':').nth(1)?.trim();
    Some(format!(
        "HTTP/1.1 101 Switching Protocols\r\n\
         Upgrade: websocket\r\n\
         Connection: Upgrade\r\n\
         Sec-WebSocket-Accept: {}\r\n\
         WebSocket-Location: ws://{host}/\r\n\r\n",
        accept_key(key)
    ))
}
// ANCHOR_END: faulty

/// A request as a browser sends it.
const REQUEST: &str = "GET / HTTP/1.1\r\n\
    Host: 127.0.0.1:9002\r\n\
    Connection: Upgrade\r\n\
    Upgrade: websocket\r\n\
    Origin: http://127.0.0.1:9002\r\n\
    Sec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\n\r\n";

/// Returns how step 2 answers a request.
fn our_answer(request: &str) -> String {
    let arrived = HeaderBlock::new(HeaderLimits::default()).push(request.as_bytes());
    let arrived = arrived.map(|arrived| arrived.expect("the request is whole"));
    match arrived.and_then(|arrived| Opened::judge(arrived, &Policy::default())) {
        Ok(_) => "101".to_owned(),
        Err(refusal) => format!("{} {refusal}", refusal.status().as_u16()),
    }
}

/// RFC 6455 §4.2.1, rule by rule: what this handshake accepts, and what it cannot read.
#[test]
fn a_handshake_without_checks_upgrades_almost_anything() {
    let changes = [
        ("as a browser sends it", "", ""),
        ("header names in small letters", "Sec-WebSocket-Key", "sec-websocket-key"),
        ("a POST", "GET", "POST"),
        ("HTTP/1.0", "HTTP/1.1", "HTTP/1.0"),
        ("no Upgrade", "Upgrade: websocket\r\n", ""),
        ("version 8", "Version: 13", "Version: 8"),
        ("a key of three bytes", "kJXuOKsrl3AR1KeFngRElQ==", "a2V5"),
        ("a page of another site", "Origin: http://127.0.0.1:9002", "Origin: http://evil.example"),
    ];
    let mut told = String::new();
    for (what, from, to) in changes {
        let request = REQUEST.replace(from, to);
        let faulty = if faulty_answer(&request).is_some() { "101" } else { "dies" };
        writeln!(told, "{what:30} faulty: {faulty:5} ours: {}", our_answer(&request)).unwrap();
    }
    let answer = faulty_answer(REQUEST).unwrap();
    // The port is after the second colon, so it is lost.
    assert!(answer.contains("\r\nWebSocket-Location: ws://127.0.0.1/\r\n"), "{answer}");
    insta::assert_snapshot!("upgraded", told);
}

/// Serves HTTP in a thread: `answer` is given each request.
fn serve(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it has an address");
    thread::spawn(move || {
        raw_socket::serve_each(&listener, move |mut stream: &TcpStream, _| {
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                request.push(byte[0]);
            }
            let _ = stream.write_all(answer(&String::from_utf8_lossy(&request)).as_bytes());
            // Waits until the browser sends something, or closes the connection.
            let _ = stream.read(&mut byte);
        });
    });
    address
}

fn page(headers: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{headers}Content-Length: 5\r\n\
         Connection: close\r\n\r\n<p>hi"
    )
}

/// Serves a page that sets a cookie, and accepts every WebSocket. Sends the headers that matter of
/// each such request to `told`.
fn bank(told: Sender<String>) -> SocketAddr {
    serve(move |request| {
        if !request.contains("Upgrade: websocket") {
            return page("Set-Cookie: session=of-the-visitor\r\n");
        }
        let lines = request
            .lines()
            .filter(|line| ["Host", "Origin", "Cookie"].iter().any(|name| line.starts_with(name)));
        let _ = told.send(lines.collect::<Vec<_>>().join("\n"));
        faulty_answer(request).expect("a browser sends a key")
    })
}

/// Returns what a script observes when it connects to a server.
async fn connects(browser: &Browser, address: SocketAddr) -> String {
    let script = "return new Promise(resolve => {
        const socket = new WebSocket('ws://ADDRESS');
        socket.onopen = () => resolve('open');
        socket.onclose = ({ code }) => resolve(`closed with ${code}`);
    })";
    let said = browser.script(&script.replace("ADDRESS", &address.to_string())).await;
    said.as_str().expect("the script resolves to a text").to_owned()
}

/// The errors in the browser's console, without the words before `WebSocket`.
fn errors(browser: &Browser) -> String {
    let from = |error: &String| error[error.find("WebSocket").unwrap_or_default()..].to_owned();
    browser.console_errors().iter().map(from).collect::<Vec<_>>().join("\n")
}

/// RFC 6455 §10.2, cross-site WebSocket hijacking (fault F6): the page of another origin connects
/// with the visitor's cookie. Both are at 127.0.0.1, so they are of the same site, and `SameSite` does
/// not matter. Step 2 refuses the page.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_foreign_page_connects_with_the_visitors_cookie() {
    let (sender, receiver) = channel();
    let bank = bank(sender);
    let evil = serve(|_| page(""));
    let ours = Server::start(env!("CARGO_BIN_EXE_handshake"), &[]);
    let browser = Browser::start().await;
    browser.goto(&format!("http://{bank}/")).await;
    browser.goto(&format!("http://{evil}/")).await;
    let mut told =
        format!("the page of EVIL connects to BANK: {}\n", connects(&browser, bank).await);
    writeln!(told, "BANK was sent:\n{}\n", receiver.recv_timeout(PATIENCE).unwrap()).unwrap();
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    let said = connects(&browser, ours.address()).await;
    writeln!(told, "the page of EVIL connects to OURS: {said}").unwrap();
    told += &errors(&browser);
    for (address, name) in [(bank, "BANK"), (evil, "EVIL"), (ours.address(), "OURS")] {
        told = told.replace(&address.to_string(), name);
    }
    insta::assert_snapshot!("hijacked", told);
    browser.close().await;
}

/// RFC 6455 §4.1: the client compares the accept value. If one character differs, nothing opens.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_browser_takes_no_other_answer_to_its_key() {
    let server = serve(|request| match faulty_answer(request) {
        Some(answer) => answer.replace("Sec-WebSocket-Accept: ", "Sec-WebSocket-Accept: A"),
        None => page(""),
    });
    let browser = Browser::start().await;
    browser.goto(&format!("http://{server}/")).await;
    let said = connects(&browser, server).await;
    let told = format!("{said}\n{}", errors(&browser));
    insta::assert_snapshot!("wrong_accept", told.replace(&server.to_string(), "SERVER"));
    browser.close().await;
}
