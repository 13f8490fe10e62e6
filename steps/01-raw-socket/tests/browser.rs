//! The page, in a real browser.

use testkit::{Browser, Server};

/// RFC 6455 §4.1: what a browser asks for when a page calls `new WebSocket(…)`.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_page_shows_its_own_request_and_asks_for_a_websocket() {
    let server = Server::start(env!("CARGO_BIN_EXE_raw-socket"), &[]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/<i>my</i>")).await;
    // A browser encodes the markup in an address itself.
    let dump = browser.waits_for_text("#bytes", "|GET /%3Ci%3Emy%3").await;
    assert!(dump.starts_with("00000000  47 45 54 20 "), "{dump}");

    browser.click("#open").await;
    browser.waits_for_text("#log", "connecting …").await;
    server.waits_for_line_with("Upgrade: websocket␍␊");
    server.waits_for_line_with("Sec-WebSocket-Key: ");
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
}
