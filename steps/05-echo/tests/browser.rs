//! The page of step 5 in a real browser.

use testkit::{Browser, Server};

/// Connects by itself, sends text and bytes, shows the answers and their times, and closes cleanly.
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
