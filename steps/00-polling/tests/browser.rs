//! The pages of step 0 in real browsers: two of them, as one vote in one must show in the other.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::process::Command;

use serde_json::{Value, json};
use testkit::{Browser, Proxy, Redis, Server};

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
    // Own messages look different.
    assert_eq!(left.text("#talk .own").await, "Ada\ngrüß dich");
    assert_eq!(right.text("#talk .own").await, format!("<b>Grace</b>\n{script}"));
    // A visitor who comes back sees the earlier messages, and which of them were their own.
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

/// A line can be dead without an end: a question on it has no answer for ever. The page gives it up
/// and asks again, and so it does with what it sends, which is stored once.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_request_that_hangs_is_given_up_and_sent_again() {
    let server = start();
    let proxy = Proxy::start(server.address());
    let (left, right) = tokio::join!(Browser::start(), Browser::start());
    left.goto(&format!("http://{}/chat", proxy.address())).await;
    right.goto(&server.url("/chat")).await;
    left.types("#name", "Ada\n").await;
    right.types("#name", "Grace\n").await;
    left.types("#text", "before\n").await;
    right.waits_for_text("#talk", "before").await;
    left.waits_for_text("#talk", "before").await;
    proxy.hangs_on_open_connections();
    right.types("#text", "do you hear me?\n").await;
    // New connections work. The browser takes one that it has, and that is dead.
    left.types("#text", "into the void\n").await;
    left.waits_for_text("#unsent", "not sent yet").await;
    for text in ["do you hear me?", "into the void"] {
        left.waits_until(&format!("document.getElementById('talk').innerText.includes('{text}')"))
            .await;
    }
    proxy.goes_on();
    right.types("#text", "after\n").await;
    for browser in [&left, &right] {
        browser.waits_for_text("#talk", "after").await;
        let texts = "return [...document.querySelectorAll('#talk li')].map(line => line.lastChild.textContent).sort()";
        let expected = json!(["after", "before", "do you hear me?", "into the void"]);
        assert_eq!(browser.script(texts).await, expected);
        assert_eq!(
            browser.script("return document.querySelectorAll('#unsent li').length").await,
            0
        );
    }
    left.close().await;
    right.close().await;
}

/// Many pages lose their server at the same moment. Each waits a time of its own before it asks again,
/// and longer after each failure, up to a limit.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn pages_wait_for_a_random_time_that_grows() {
    let server = start();
    let browser = Browser::start().await;
    browser.goto(&server.url("/long")).await;
    browser.waits_for_text("#state", "The server holds our question").await;
    // Pauses take no time, and are written down.
    let script = "window.pauses = [];
        const later = setTimeout;
        window.setTimeout = (action, milliseconds) => {
            if (!(milliseconds > 100)) return later(action, milliseconds);
            pauses.push(milliseconds);
            return later(action);
        };
        window.fetch = () => Promise.reject(new TypeError('there is no server'));";
    browser.script(script).await;
    // The question that is held was asked before; its end is the first failure.
    drop(server);
    browser.waits_until("pauses.length >= 60").await;
    let pauses = browser.script("return pauses.slice(0, 60)").await;
    let pauses: Vec<f64> = pauses.as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    let base = |number: i32| (500.0 * 2f64.powi(number)).min(15_000.0);
    for (number, pause) in (0..).zip(&pauses) {
        let share = pause / base(number);
        assert!((0.5..=1.5).contains(&share), "pause {number} is {pause} ms");
    }
    // All sixty within a tenth of each other would be chance.
    let last = &pauses[10..];
    let (fewest, most) = last
        .iter()
        .fold((f64::MAX, 0f64), |(fewest, most), &pause| (fewest.min(pause), most.max(pause)));
    assert!(most - fewest > 5000.0, "{pauses:?}");
    browser.close().await;
}

/// The tab keeps a message that is not stored yet, and sends it after a reload. Half of a surrogate
/// pair, which neither JSON nor UTF-8 can carry, is replaced before it is sent.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn what_is_not_stored_survives_a_reload_and_half_a_character_is_mended() {
    let server = start();
    let proxy = Proxy::start(server.address());
    let browser = Browser::start().await;
    let url = format!("http://{}/chat", proxy.address());
    browser.goto(&url).await;
    browser.types("#name", "Ada\n").await;
    browser.waits_for_text("#state", "The server holds our question").await;
    proxy.is_cut_off();
    browser.waits_for_text("#state.bad", "No answer.").await;
    browser.script(r"document.getElementById('text').value = 'half \ud83d'").await;
    browser.types("#text", "\n").await;
    browser.waits_for_text("#unsent", "half \u{fffd}").await;
    proxy.leads_to(server.address());
    browser.goto(&url).await;
    browser.waits_for_text("#talk .own", "half \u{fffd}").await;
    assert_eq!(browser.script("return document.querySelectorAll('#talk li').length").await, 1);
    browser.waits_until("document.querySelectorAll('#unsent li').length === 0").await;
    browser.close().await;
}

/// The page that loads itself again can be stopped, and keeps the focus while it does not: people who
/// use a keyboard or a screen reader could not use it otherwise (WCAG 2.2.2).
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_page_that_loads_itself_again_can_be_stopped_and_keeps_the_focus() {
    let server = start();
    let browser = Browser::start().await;
    browser.goto(&server.url("/short")).await;
    browser
        .script(
            "window.isFirst = true; document.querySelector('[data-candidate=Hedy] button').focus()",
        )
        .await;
    browser.waits_until("!window.isFirst && document.readyState === 'complete'").await;
    browser.waits_for_text("#requests", "2 in").await;
    let focus = "return document.activeElement.value";
    assert_eq!(browser.script(focus).await, "Hedy");
    browser.click("#pause").await;
    browser.waits_for_text("#pause", "Go on loading").await;
    browser.script("window.isFirst = true").await;
    // Longer than it would take to load again.
    browser.script("return new Promise(done => setTimeout(done, 3000))").await;
    assert_eq!(browser.script("return window.isFirst ?? false").await, true);
    browser.click("#pause").await;
    browser.waits_until("!window.isFirst").await;
    browser.close().await;
}
