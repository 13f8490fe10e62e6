//! The pages in a real browser, over HTTP/2 and TLS.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use testkit::{Browser, Server};

/// The protocol by which the page came.
const PROTOCOL: &str = "performance.getEntriesByType('navigation')[0].nextHopProtocol";
/// The words of all messages that have their place.
const SAID: &str = "[...document.querySelectorAll('#said .words')].map(line => line.textContent)";
/// Opens twenty WebSockets, sends a text on each, and returns what came back.
const TWENTY: &str = "return Promise.all(Array.from({ length: 20 }, (_, number) =>
    new Promise((resolve, reject) => {
        const socket = new WebSocket(`wss://${location.host}/echo`);
        socket.onopen = () => socket.send(`from ${number}`);
        socket.onmessage = ({ data }) => resolve(data);
        socket.onerror = () => reject(`socket ${number} fails`);
    })))";

/// A server with TLS, which keeps its certificate when it is started again.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("some").join("localhost.pem")
    }

    fn start(&self, address: &str, flags: &[&str]) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_http2"));
        command.args([address, "-v", "--trial-certificate"]).arg(self.certificate()).args(flags);
        Server::start_command(command)
    }
}

async fn browser() -> Browser {
    Browser::start_with(&["--ignore-certificate-errors"]).await
}

fn page(server: &Server, path: &str) -> String {
    format!("https://{}{path}", server.address())
}

#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn twenty_websockets_of_a_browser_share_one_connection() {
    let place = Place::new();
    let server = place.start(Server::ANY_PORT, &[]);
    let browser = browser().await;
    browser.goto(&page(&server, "/")).await;
    assert_eq!(browser.value(PROTOCOL).await, "h2");
    let echoed = browser.script(TWENTY).await;
    let expected: Vec<String> = (0..20).map(|number| format!("from {number}")).collect();
    assert_eq!(echoed, serde_json::json!(expected));
    browser.close().await;
    server.waits_for_line_with("requests and 20 for a WebSocket");
}

/// Chat and vote in two windows, and the server is killed and started again meanwhile.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn chat_and_vote_work_in_two_windows_and_come_back_after_a_restart() {
    let place = Place::new();
    let server = place.start(Server::ANY_PORT, &[]);
    let address = server.address().to_string();
    let (left, right) = tokio::join!(browser(), browser());
    for (browser, name) in [(&left, "Ada"), (&right, "Grace")] {
        browser.goto(&page(&server, "/")).await;
        browser.types("#name", &format!("{name}\n")).await;
        browser.waits_for_text("#here .own", name).await;
    }
    left.types("#text", "before\n").await;
    right.waits_for_text("#said .words", "before").await;
    drop(server);
    left.waits_for_text("#state", "Connection lost").await;
    left.types("#text", "meanwhile\n").await;
    let server = place.start(&address, &[]);
    right.waits_for_text("#said .words", "meanwhile").await;
    left.waits_for_text("#state", "Connected.").await;
    assert_eq!(left.value(SAID).await, right.value(SAID).await);
    for browser in [&left, &right] {
        browser.goto(&page(&server, "/vote")).await;
        assert_eq!(browser.value(PROTOCOL).await, "h2");
        browser.waits_for_text("[data-candidate=Ada] output", "0").await;
    }
    left.click("[data-candidate=Ada] button").await;
    for browser in [&left, &right] {
        browser.waits_for_text("[data-candidate=Ada] output", "1").await;
    }
    for browser in [left, right] {
        browser.close().await;
    }
}

/// The page with three ways: polls and the WebSocket share the connection as well.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_comparison_works() {
    let place = Place::new();
    let server = place.start(Server::ANY_PORT, &[]);
    let browser = browser().await;
    browser.goto(&page(&server, "/compare")).await;
    assert_eq!(browser.value(PROTOCOL).await, "h2");
    assert_eq!(browser.text("h1").await, "7 Compare");
    browser.waits_until("!document.getElementById('ten').disabled").await;
    browser.click("#ten").await;
    for column in ["short", "long", "socket"] {
        browser.waits_for_text(&format!("#{column} [data-row=votes]"), "10").await;
    }
    browser.close().await;
}
