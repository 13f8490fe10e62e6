//! The page, in a real browser: what we send is judged by the browser's own rules.

use testkit::{Browser, Server};

/// RFC 6455 §5.6 and §7.1.5. Without a closing handshake the browser would report 1006 (fault F14).
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_text_that_is_typed_comes_back_and_a_close_is_clean() {
    let server = Server::start(env!("CARGO_BIN_EXE_framing"), &[]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    browser.waits_for_text("#log", "connected").await;
    browser.click("#send").await;
    browser.waits_for_text("#log .received", "hello").await;

    browser.script("document.querySelector('#text').value = ''").await;
    browser.types("#text", "<b>Grüße</b>\n").await;
    browser.waits_for_text("#log .received", "<b>Grüße</b>").await;
    assert_eq!(browser.script("return document.querySelectorAll('#log b').length").await, 0);

    browser.click("#close").await;
    browser.waits_for_text("#log", "closed with status code 1000 the user clicked Close").await;
    server.waits_for_line_with("closed: status code 1000 the user clicked Close");
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
}

/// RFC 6455 §5.2: a browser hangs up on a length that is not minimal (fault F13).
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_browser_takes_lengths_in_all_three_forms() {
    let server = Server::start(env!("CARGO_BIN_EXE_framing"), &[]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    let lengths = browser.script(
        "const socket = new WebSocket(`ws://${location.host}`);
         const lengths = [0, 125, 126, 65535, 65536, 1024 * 1024];
         const seen = [];
         return new Promise(done => {
             socket.onopen = () => lengths.forEach(length => socket.send('x'.repeat(length)));
             socket.onclose = event => done(event.code);
             socket.onmessage = event => {
                 seen.push(event.data.length);
                 if (seen.length === lengths.length) done(seen.join(' '));
             };
         });",
    );
    assert_eq!(lengths.await, "0 125 126 65535 65536 1048576");
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
}
