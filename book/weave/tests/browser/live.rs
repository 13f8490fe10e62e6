//! The explorer beside a running step 4.

use testkit::{Profile, Step};

use crate::reader::Reader;

/// Beside a running step 4, the bytes that really pass are shown: with the key that the browser drew,
/// and with none on the way back (RFC 6455 §5.1).
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_bytes_of_a_running_step_4_are_shown() {
    let step_4 = Step::labelled("4").unwrap();
    let server = step_4.start(Profile::current(), &[]).unwrap();
    let reader = Reader::start_beside(server.address()).await;
    reader.opens("04-framing.html").await;
    let browser = &reader.browser;
    browser.types(".tool input", "!").await;
    browser.click(".tool .live button").await;
    browser.waits_for_text(".tool .live li:nth-child(2)", "← 81 06 68 65 6c 6c 6f 21").await;
    let sent = browser.waits_for_text(".tool .live li:nth-child(1)", "→ 81 86").await;
    assert_eq!(sent.split_whitespace().count(), 1 + 2 + 4 + 6, "{sent}");

    browser.click(".tool .live li:nth-child(1) button").await;
    browser.waits_for_text(".tool .verdict", "text, final, masked, 6 bytes").await;
    browser.waits_for_text(".tool .details", "payload: “hello!”").await;
    browser.click(".tool .live li:nth-child(2) button").await;
    browser.waits_for_text(".tool .verdict", "text, final, not masked, 6 bytes").await;
    reader.closes().await;
}

/// Without a step 4, the page says how to start one.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_step_4_that_does_not_run_is_reported() {
    let reader = Reader::start().await;
    reader.opens("04-framing.html").await;
    reader.browser.click(".tool .live button").await;
    reader.browser.waits_for_text(".tool .live .wrong", "is not running: run just step 4").await;
    // Chromium reports the failed handshake, and nothing else.
    let errors = reader.browser.console_errors();
    assert!(errors.iter().all(|error| error.contains("/live' failed")), "{errors:?}");
    reader.closes().await;
}
