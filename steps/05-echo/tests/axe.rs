//! The page is accessible, as far as axe-core can check it.

use testkit::{Browser, Server};

/// WCAG 2.2, levels A and AA, in light and dark, wide and narrow.
#[tokio::test]
#[ignore = "needs Chromium, its driver and axe-core: just setup"]
async fn the_page_is_accessible() {
    let server = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    browser.waits_for_text("#log", "connected").await;
    browser.click("#send").await;
    browser.waits_for_text("#log .received", "hello").await;
    browser.click("#close").await;
    browser.waits_for_text("#log", "closed with status code").await;
    browser.is_accessible().await;
    browser.close().await;
}
