//! The class `ReconnectingSocket`, which the book shows, in a real browser. The echo server confirms a
//! message by sending it back.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::thread;

use handshake::{Policy, hang_up, open};
use serde_json::json;
use testkit::{Browser, Frame, Proxy, Server};
use web::{Origins, page};

const CLASS: &str = include_str!("../examples/reconnecting.js");
/// Short times. An answer may take long on a busy machine.
const TIMES: &str =
    "{ attempt: 10_000, silence: 100, answer: 2000, firstPause: 10, longestPause: 80 }";

/// Opens the page at this address, and in it a socket to the same address. The page keeps what happens: the
/// sockets of the browser in `opened`, the pauses in `pauses`, and the messages in `received`.
async fn start(address: SocketAddr) -> Browser {
    let browser = Browser::start().await;
    browser.goto(&format!("http://{address}/")).await;
    let script = "window.opened = [];
        window.pauses = [];
        window.received = [];
        window.WebSocket = class extends WebSocket {
            constructor(url) {
                super(url);
                opened.push(this);
            }
        };
        const later = setTimeout;
        const setTimer = (act, time) => {
            if (time <= 120) pauses.push(time);
            return later(act, time);
        };
        window.start = (url, setTimeout = window.setTimeout) => {
            CLASS
            window.talk = new ReconnectingSocket(url, SHORT);
            talk.onmessage = (message) => received.push(message.text);
            talk.onclose = (event) => (window.ended = event);
        };
        window.startCounted = (url) => start(url, setTimer);";
    browser.script(&script.replace("CLASS", CLASS).replace("SHORT", TIMES)).await;
    browser.script(&format!("start('ws://{address}/')")).await;
    browser
}

/// What is sent while the server is away is sent when it is back.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_server_is_stopped_and_started() {
    let server = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let address = server.address();
    let browser = start(address).await;
    browser.script("talk.send({ text: 'before' })").await;
    browser.waits_until("received.length === 1").await;
    drop(server);
    browser.waits_until("opened.length > 2").await;
    browser.script("talk.send({ text: 'one' }); talk.send({ text: 'two' })").await;
    let mut again = Command::new(env!("CARGO_BIN_EXE_echo"));
    again.arg(address.to_string());
    let _server = Server::start_command(again);
    browser.waits_until("received.length === 3").await;
    browser.script("talk.send({ text: 'after' })").await;
    browser.waits_until("received.length === 4").await;
    assert_eq!(browser.value("received").await, json!(["before", "one", "two", "after"]));
    assert_eq!(browser.value("window.ended === undefined").await, true);
    browser.close().await;
}

/// A message that has no answer is sent again; one that has an answer is not.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_connection_is_cut_and_what_was_not_confirmed_is_sent_again() {
    let server = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let proxy = Proxy::start(server.address());
    let browser = start(proxy.address()).await;
    browser.script("talk.send({ text: 'confirmed' })").await;
    browser.waits_until("received.length === 1").await;
    proxy.hangs();
    browser.script("talk.send({ text: 'on the way' })").await;
    proxy.cuts_connections();
    proxy.goes_on();
    browser.waits_until("received.length === 2").await;
    // One more, before which everything that is twice has arrived.
    browser.script("talk.send({ text: 'after' })").await;
    browser.waits_until("received.at(-1) === 'after'").await;
    assert_eq!(browser.value("received").await, json!(["confirmed", "on the way", "after"]));
    assert_eq!(browser.value("opened.length").await, 2);
    browser.close().await;
}

/// A line can be dead without an end. The ping has no answer, and the late end of the line is ignored.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_dead_line_is_noticed_by_a_ping() {
    let server = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let proxy = Proxy::start(server.address());
    let browser = start(proxy.address()).await;
    browser.script("talk.send({ text: 'before' })").await;
    browser.waits_until("received.length === 1").await;
    // The connection is alive although no message is sent.
    browser.script("return new Promise(done => setTimeout(done, 500))").await;
    assert_eq!(browser.value("opened.length").await, 1);
    proxy.hangs_on_open_connections();
    browser.script("talk.send({ text: 'into the void' })").await;
    browser.waits_until("received.length === 2").await;
    assert_eq!(browser.value("opened.length").await, 2);
    proxy.goes_on();
    browser.waits_until("opened[0].readyState === WebSocket.CLOSED").await;
    browser.script("talk.send({ text: 'after' })").await;
    browser.waits_until("received.at(-1) === 'after'").await;
    assert_eq!(browser.value("received").await, json!(["before", "into the void", "after"]));
    // The end of the first connection, which comes late, does not end the second one.
    assert_eq!(browser.value("opened.length").await, 2);
    assert_eq!(browser.value("window.ended === undefined").await, true);
    browser.close().await;
}

/// The pauses double up to a limit, and are random: half of a pause to one and a half times.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_pauses_double_up_to_a_limit_and_are_random() {
    let server = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let proxy = Proxy::start(server.address());
    let browser = start(proxy.address()).await;
    browser.script("talk.close()").await;
    proxy.is_cut_off();
    for (random, pauses) in [("0.5", [10, 20, 40, 80, 80]), ("0", [5, 10, 20, 40, 40])] {
        browser.script(&format!("window.pauses.length = 0; Math.random = () => {random}")).await;
        browser.script(&format!("startCounted('ws://{}/')", proxy.address())).await;
        browser.waits_until("pauses.length >= 5").await;
        browser.script("talk.close()").await;
        assert_eq!(browser.value("pauses.slice(0, 5)").await, json!(pauses));
    }
    browser.close().await;
}

/// After a final status code there is no new attempt; after another one there is.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn some_codes_are_final() {
    let server = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let origins = Origins::listed(&[server.url("")]).unwrap();
    let policy = Policy { origins, ..Policy::default() };
    thread::spawn(move || closes_each(&listener, &policy));
    let browser = start(server.address()).await;
    for (code, is_final) in [(1001, false), (1008, true), (1013, false), (4000, true)] {
        browser.script("talk.close(); opened.length = 0; delete window.ended").await;
        browser.script(&format!("start('ws://{address}/{code}')")).await;
        if is_final {
            browser.waits_until("window.ended").await;
            let ended = json!({ "code": code, "reason": "because" });
            assert_eq!(browser.value("ended").await, ended);
            browser.script("return new Promise(done => setTimeout(done, 300))").await;
            assert_eq!(browser.value("opened.length").await, 1, "{code}");
        } else {
            browser.waits_until("opened.length === 3").await;
            assert_eq!(browser.value("window.ended === undefined").await, true, "{code}");
        }
    }
    browser.close().await;
}

/// Closes each connection with the status code that is in its path.
fn closes_each(listener: &TcpListener, policy: &Policy) -> io::Result<()> {
    for stream in listener.incoming() {
        let mut stream = stream?;
        let Ok(opened) = open(&stream, policy, &page(5, "A page", ""))? else { continue };
        let code = opened.request.uri().path()[1..].parse().unwrap();
        let close = Frame::close(code, "because").unmasked();
        stream.write_all(&close.bytes())?;
        hang_up(&stream)?;
    }
    Ok(())
}
