//! The page of step 5 in a real browser.

use testkit::{Browser, Proxy, Server};

/// The page connects, sends a text and bytes, shows the answers with their times, and closes.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_page_shows_every_answer_with_its_time_and_closes_cleanly() {
    let server = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    browser.waits_for_text("#log", "connected").await;
    browser.script("document.getElementById('text').value = ''").await;
    browser.types("#text", "<b>grüß dich</b> 🎉\n").await;
    browser.waits_for_text("#log .received", "<b>grüß dich</b> 🎉 · ").await;
    browser.click("#binary").await;
    browser.waits_for_text("#log .received:last-child", "1024 bytes · ").await;
    browser.waits_for_text("#time", " ms").await;
    assert_eq!(browser.text("#count").await, "2");
    browser.click("#close").await;
    browser.waits_for_text("#log", "closed with status code 1000").await;
    browser.click("#connect").await;
    browser.waits_for_text("#log li:last-child", "connected").await;
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
}

/// RFC 7692: a browser offers compression, and messages come back as they went.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_browser_and_the_server_agree_on_compression() {
    let server = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    browser.waits_for_text("#log", "connected").await;
    assert_eq!(browser.script("return socket.extensions").await, "permessage-deflate");
    // The second message refers to the first.
    for count in ["1", "2"] {
        let long = "find('text').value = 'a text that says the same '.repeat(500)";
        browser.script(long).await;
        browser.click("#send").await;
        browser.waits_for_text("#count", count).await;
        // The page shows it if an answer differs from the message.
        browser.waits_for_text("#log .received:last-child", "a text that says the same").await;
    }
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
}

/// The page must not show *connected* if the connection is dead: a missing echo shows this.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_dead_line_is_noticed_by_a_missing_echo() {
    let server = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let proxy = Proxy::start(server.address());
    let browser = Browser::start().await;
    browser.goto(&format!("http://{}/", proxy.address())).await;
    browser.waits_for_text("#log", "connected").await;
    // The page replaces half of a surrogate pair, so that the answer equals the message.
    browser.script(r"document.getElementById('text').value = 'half \ud83d'").await;
    browser.click("#send").await;
    browser.waits_for_text("#log .received", "half \u{fffd}").await;
    proxy.hangs_on_open_connections();
    browser.click("#send").await;
    browser
        .waits_for_text("#log .bad", "no answer for five seconds: the connection is broken")
        .await;
    browser.click("#connect").await;
    browser.waits_for_text("#log li:last-child", "connected").await;
    browser.click("#send").await;
    browser.waits_for_text("#log .received:last-child", "half \u{fffd}").await;
    browser.close().await;
}
