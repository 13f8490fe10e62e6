//! Whether the pages can be used by everybody, as far as axe-core can tell.

use testkit::{Browser, Server};

/// WCAG 2.2, levels A and AA, in light and dark, wide and narrow.
#[tokio::test]
#[ignore = "needs Chromium, its driver and axe-core: just setup"]
async fn the_pages_are_accessible() {
    let server = Server::start(env!("CARGO_BIN_EXE_polling"), &[]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    browser.is_accessible().await;

    browser.goto(&server.url("/short")).await;
    // It would load itself again in the middle of a check.
    browser.click("#pause").await;
    browser.waits_for_text("#pause", "Go on loading").await;
    browser.is_accessible().await;

    browser.goto(&server.url("/long")).await;
    browser.click("[data-candidate=Hedy] button").await;
    browser.waits_for_text("[data-candidate=Hedy] output", "1").await;
    browser.is_accessible().await;

    browser.goto(&server.url("/chat")).await;
    browser.is_accessible().await;
    browser.types("#name", "Ada\n").await;
    browser.types("#text", "hello\n").await;
    browser.waits_for_text("#talk .own", "hello").await;
    let long = format!("document.getElementById('text').value = '{}'", "long".repeat(100));
    browser.script(&long).await;
    browser.types("#text", "\n").await;
    browser.waits_for_text("#talk .own", "longlong").await;
    browser.is_accessible().await;

    // Without its server, it shows what is not sent, and why.
    drop(server);
    browser.types("#text", "meanwhile\n").await;
    browser.waits_for_text("#unsent", "not sent yet").await;
    browser.waits_for_text("#state.bad", "Trying again").await;
    browser.is_accessible().await;
    browser.close().await;
}
