//! Whether the pages can be used by everybody, as far as axe-core can tell.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use serde_json::json;
use support::{Member, start};
use testkit::Browser;

mod support;

/// WCAG 2.2, levels A and AA, in light and dark, wide and narrow.
#[tokio::test]
#[ignore = "needs Chromium, its driver and axe-core: just setup"]
async fn the_chat_is_accessible() {
    let server = start(&[]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    browser.is_accessible().await;
    browser.click("#elsewhere summary").await;
    browser.types("#name", &format!("{}\n", "a".repeat(33))).await;
    browser.waits_for_text("#reason", "at most 32 characters").await;
    browser.is_accessible().await;

    browser.types("#name", "Ada\n").await;
    browser.waits_for_text("#here .own", "Ada").await;
    browser.waits_for_text("#state", "Connected.").await;
    let long_name = "W".repeat(32);
    let mut bob = Member::enters(&server, &format!("/ws/{long_name}"));
    bob.says(&"long".repeat(200)).says(r#"{"typing": true}"#);
    browser.waits_for_text("#said .words", "longlong").await;
    browser.types("#text", "hello\n").await;
    browser.waits_for_text("#said .own", "hello").await;
    browser.click("#wire summary").await;
    browser.waits_for_text("#frames", "hello").await;
    browser.is_accessible().await;

    drop(server);
    browser.waits_for_text("#state.bad", "Connection lost").await;
    browser.types("#text", "meanwhile\n").await;
    browser.waits_for_text("#unsaid .how", "not sent yet").await;
    // It is pale by now.
    browser.script("return new Promise(done => setTimeout(done, 400))").await;
    browser.is_accessible().await;
    browser.close().await;
}

/// The same for the vote and the comparison.
#[tokio::test]
#[ignore = "needs Chromium, its driver and axe-core: just setup"]
async fn the_vote_and_the_comparison_are_accessible() {
    let server = start(&[]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/vote")).await;
    browser.click("[data-candidate=Hedy] button").await;
    browser.waits_for_text("[data-candidate=Hedy] output", "1").await;
    browser.is_accessible().await;
    browser.goto(&server.url("/compare")).await;
    browser.click("#candidates button").await;
    browser.waits_for_text("#short [data-row=votes]", "1").await;
    browser.is_accessible().await;
    drop(server);
    browser.waits_for_text("#state.bad", "Connection lost").await;
    browser.click("#candidates button").await;
    browser.waits_for_text("#unconfirmed", "1 vote is not confirmed yet.").await;
    browser.is_accessible().await;
    browser.close().await;
}

/// Everything in the chat can be reached and seen by keyboard, in the order in which it is read.
#[tokio::test]
#[ignore = "needs Chromium, its driver and axe-core: just setup"]
async fn the_chat_is_used_by_keyboard() {
    let server = start(&[]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    // The name has the focus, and Enter joins.
    browser.types(":focus", "Ada\n").await;
    browser.waits_for_text("#here .own", "Ada").await;
    browser.types(":focus", "hello\n").await;
    browser.waits_for_text("#said .own", "hello").await;
    browser.script("document.querySelector('nav a').focus()").await;
    let mut order = Vec::new();
    for _ in 0..9 {
        let focused = "const { activeElement: element } = document;
            const { outlineStyle, outlineWidth } = getComputedStyle(element);
            return [element.id || element.textContent, outlineStyle, parseFloat(outlineWidth) >= 2]";
        let focused = browser.script(focused).await;
        assert_eq!((&focused[1], &focused[2]), (&json!("solid"), &json!(true)), "{focused}");
        order.push(focused[0].as_str().unwrap().to_owned());
        // The Tab key, as WebDriver writes it.
        browser.types(":focus", "\u{e004}").await;
    }
    let expected = [
        "Chat",
        "Vote",
        "Compare",
        "leave",
        "count",
        "talk",
        "text",
        "send",
        "What goes over the wire",
    ];
    assert_eq!(order, expected);
    browser.close().await;
}
