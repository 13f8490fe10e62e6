//! The pages of step 0 in real browsers: two of them, as one vote in one must show in the other.

use std::process::Command;

use serde_json::json;
use testkit::{Browser, Redis, Server};

fn start() -> Server {
    Server::start(env!("CARGO_BIN_EXE_polling"), &[])
}

/// A server where one was before. It has forgotten what the other one had.
fn start_again(address: &str) -> Server {
    let mut again = Command::new(env!("CARGO_BIN_EXE_polling"));
    again.arg(address);
    Server::start_command(again)
}

/// Two browsers at one page.
async fn two_at(server: &Server, path: &str) -> (Browser, Browser) {
    let (left, right) = tokio::join!(Browser::start(), Browser::start());
    left.goto(&server.url(path)).await;
    right.goto(&server.url(path)).await;
    (left, right)
}

/// Both have had no errors, and end.
async fn end(browsers: (Browser, Browser)) {
    for browser in [browsers.0, browsers.1] {
        assert_eq!(browser.console_errors(), Vec::<String>::new());
        browser.close().await;
    }
}

/// What a person does with two clicks on a candidate's row.
const DOUBLE_CLICK: &str = "document.querySelector('[data-candidate=Hedy] p')
    .dispatchEvent(new MouseEvent('dblclick', { bubbles: true }))";

/// Short polling: the page is loaded again and again, and counts on from load to load.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_vote_shows_in_the_other_window_once_that_has_loaded_itself_again() {
    let server = start();
    let (left, right) = two_at(&server, "/short").await;
    left.script(DOUBLE_CLICK).await;
    right.waits_for_text("[data-candidate=Hedy] output", "1").await;
    right.waits_for_text("#delay", " ms, on average ").await;
    // A fresh load, so that it is not about to be replaced.
    left.goto(&server.url("/short")).await;
    left.script("document.querySelector('[data-candidate=Ada] button').click()").await;
    right.waits_for_text("[data-candidate=Ada] output", "1").await;
    left.waits_for_text("[data-candidate=Ada] output", "1").await;
    // Its count of requests goes on where the last load ended.
    assert!(right.script("return cost.requests").await.as_u64() >= Some(2));
    end((left, right)).await;
}

/// Long polling: the page is loaded once, and asked for nothing in vain.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_vote_shows_in_the_other_window_at_once() {
    let server = start();
    let (left, right) = two_at(&server, "/long").await;
    right.script("window.isTheSamePage = true").await;
    left.waits_for_text("#state", "The server holds our question").await;
    left.script(DOUBLE_CLICK).await;
    for browser in [&left, &right] {
        browser.waits_for_text("[data-candidate=Hedy] output", "1").await;
    }
    left.click("[data-candidate=Ada] button").await;
    for browser in [&left, &right] {
        browser.waits_for_text("[data-candidate=Ada] output", "1").await;
        browser.waits_for_text("#delay", " ms, on average ").await;
    }
    assert!(right.script("return cost.requests").await.as_u64() >= Some(2));
    assert_eq!(right.script("return window.isTheSamePage").await, true);
    end((left, right)).await;
}

/// The page outlives its server: it asks again, and goes on with what it knows.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_page_goes_on_when_its_server_comes_back() {
    let server = start();
    let address = server.address().to_string();
    let browser = Browser::start().await;
    browser.goto(&server.url("/long")).await;
    browser.waits_for_text("#state", "The server holds our question").await;
    drop(server);
    browser.waits_for_text("#state", "No answer. Asking again in ").await;
    let _server = start_again(&address);
    browser.click("[data-candidate=Radia] button").await;
    browser.waits_for_text("[data-candidate=Radia] output", "1").await;
    browser.close().await;
}

/// A message is a text, whatever is in it. The tutorials put it into the page as HTML, where it
/// becomes a script (fault F17).
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn messages_cross_and_stay_text() {
    let server = start();
    let (left, right) = two_at(&server, "/chat").await;
    left.types("#name", "Ada\n").await;
    right.types("#name", "<b>Grace</b>\n").await;
    left.types("#text", "grüß dich\n").await;
    right.waits_for_text("#talk", "grüß dich").await;
    let script = "<img src=x onerror=\"document.title='hacked'\">";
    right.types("#text", &format!("{script}\n")).await;
    for browser in [&left, &right] {
        browser.waits_for_text("#talk b", "<b>Grace</b>").await;
        browser.waits_for_text("#talk li:last-child", script).await;
        let count = "return document.querySelectorAll('#talk img').length";
        assert_eq!(browser.script(count).await, 0);
        assert_eq!(browser.script("return document.title").await, "Step 0 · Chat by long polling");
    }
    // Own messages stand apart.
    assert_eq!(left.text("#talk .own").await, "Ada\ngrüß dich");
    assert_eq!(right.text("#talk .own").await, format!("<b>Grace</b>\n{script}"));
    // Who comes back sees what was said, and what of it was their own.
    left.goto(&server.url("/chat")).await;
    left.waits_for_text("#talk .own", "grüß dich").await;
    end((left, right)).await;
}

/// A page asks for what comes after the last message that it has. If the server no longer has all of
/// that, the page shows where something is missing.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_page_shows_where_messages_are_missing() {
    let server = start();
    let address = server.address().to_string();
    let browser = Browser::start().await;
    browser.goto(&server.url("/chat")).await;
    browser.types("#name", "Ada\n").await;
    browser.types("#text", "before\n").await;
    browser.waits_for_text("#talk", "before").await;
    drop(server);
    let _server = start_again(&address);
    browser.waits_for_text("#talk .note", "Some messages are missing here.").await;
    browser.types("#text", "after\n").await;
    browser.waits_for_text("#talk", "after").await;
    let lines =
        "return [...document.querySelectorAll('#talk li')].map(line => line.lastChild.textContent)";
    let expected = json!(["before", "Some messages are missing here.", "after"]);
    assert_eq!(browser.script(lines).await, expected);
    browser.close().await;
}

/// The page of the vote shows it, too. This server began again, and counts from 0.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_page_of_the_vote_says_that_votes_are_missing() {
    let server = start();
    let address = server.address().to_string();
    let browser = Browser::start().await;
    browser.goto(&server.url("/long")).await;
    browser.click("[data-candidate=Ada] button").await;
    browser.waits_for_text("[data-candidate=Ada] output", "1").await;
    drop(server);
    let _server = start_again(&address);
    browser.waits_for_text("#gap", "Some votes are missing here.").await;
    browser.waits_for_text("[data-candidate=Ada] output", "0").await;
    browser.close().await;
}

/// A message is answered when it is stored. A page that gets no such answer sends it again under the
/// same key, and everybody sees it once.
#[tokio::test]
#[ignore = "needs Chromium and its driver, and redis-server: just setup"]
async fn a_message_that_waits_for_redis_is_sent_again_and_shown_once() {
    let mut redis = Redis::start();
    let server = Server::start(env!("CARGO_BIN_EXE_polling"), &["--redis", &redis.url()]);
    let (left, right) = two_at(&server, "/chat").await;
    left.types("#name", "Ada\n").await;
    right.types("#name", "Grace\n").await;
    left.types("#text", "before\n").await;
    right.waits_for_text("#talk", "before").await;
    redis.dies();
    left.types("#text", "meanwhile\n").await;
    left.waits_for_text("#state", "Not stored yet. Trying again").await;
    redis.comes_back();
    left.waits_for_text("#talk .own:last-child", "meanwhile").await;
    left.types("#text", "after\n").await;
    for browser in [left, right] {
        browser.waits_for_text("#talk", "after").await;
        let texts = "return [...document.querySelectorAll('#talk li')].map(line => line.lastChild.textContent)";
        assert_eq!(browser.script(texts).await, json!(["before", "meanwhile", "after"]));
        browser.close().await;
    }
}

/// The first page leads to the others.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_first_page_leads_to_the_others() {
    let server = start();
    let browser = Browser::start().await;
    for (link, title) in [("short", "Short polling"), ("long", "Long polling"), ("chat", "Chat")] {
        browser.goto(&server.url("/")).await;
        browser.click(&format!("a[href={link}]")).await;
        browser.waits_for_text("h1", title).await;
    }
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
}
