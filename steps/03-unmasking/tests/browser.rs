//! The page, in a real browser: the masking is the browser's own.

use testkit::{Browser, Server};

/// RFC 6455 §5.3: a browser draws a masking key for each frame, and the server undoes it.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_text_that_is_typed_is_printed_unmasked() {
    let server = Server::start(env!("CARGO_BIN_EXE_unmasking"), &[]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    browser.waits_for_text("#log", "connected").await;
    browser.click("#send").await;
    server.waits_for_line_with("   5555555");

    let text = "<b>Grüße</b> 🦀";
    browser.script("document.querySelector('#text').value = ''").await;
    browser.types("#text", "<b>Grüße</b> ").await;
    // A driver types no characters beyond the first 65,536; a person may.
    browser.script("document.querySelector('#text').value += '🦀'").await;
    browser.types("#text", "\n").await;
    server.waits_for_line_with(&format!("   {text}"));
    let log = browser.waits_for_text("#log", text).await;
    assert!(log.contains("5555555"), "{log}");
    assert_eq!(browser.script("return document.querySelectorAll('#log b').length").await, 0);
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
}

/// RFC 6455 §7.1.2: step 3 takes a close frame for a text, and the browser waits for the answer.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_close_frame_is_printed_as_a_text_and_not_answered() {
    let server = Server::start(env!("CARGO_BIN_EXE_unmasking"), &[]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    browser.waits_for_text("#log", "connected").await;
    browser.script("socket.close(1000)").await;
    server.waits_for_line_with("   ␃\u{fffd}");
    // CLOSING: Chromium waits for a minute, and then reports 1006.
    assert_eq!(browser.script("return socket.readyState").await, 2);
    browser.close().await;
}
