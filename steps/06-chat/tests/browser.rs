//! The three pages of step 6 in real browsers, two of them where people meet.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::process::Command;

use serde_json::{Value, json};
use testkit::{Browser, Redis, Server};

/// The words of all messages that have their place in the talk.
const SAID: &str = "[...document.querySelectorAll('#said .words')].map(words => words.textContent)";
/// Who has said them.
const SENDERS: &str = "[...document.querySelectorAll('#said b')].map(name => name.textContent)";
/// Lines about people who have come and gone.
const NOTES: &str = "document.querySelectorAll('#said .note').length";
/// Messages that have no place yet.
const UNSAID: &str = "document.querySelectorAll('#unsaid li').length";

fn start() -> Server {
    Server::start(env!("CARGO_BIN_EXE_chat"), &[])
}

/// A server where one was before.
fn start_again(address: &str) -> Server {
    let mut again = Command::new(env!("CARGO_BIN_EXE_chat"));
    again.arg(address);
    Server::start_command(again)
}

/// Two browsers, side by side.
async fn two() -> (Browser, Browser) {
    tokio::join!(Browser::start(), Browser::start())
}

/// Opens the chat and joins it.
async fn join(browser: &Browser, server: &Server, name: &str) {
    browser.goto(&server.url("/")).await;
    browser.types("#name", &format!("{name}\n")).await;
    browser.waits_for_text("#here .own", name).await;
}

/// Two browsers in the lobby: the left one was there when the right one came.
async fn two_in_the_lobby(server: &Server, left: &str, right: &str) -> (Browser, Browser) {
    let browsers = two().await;
    join(&browsers.0, server, left).await;
    join(&browsers.1, server, right).await;
    browsers.0.waits_for_text("#here", right).await;
    browsers
}

/// Both have had no errors, and end.
async fn end(browsers: (Browser, Browser)) {
    for browser in [browsers.0, browsers.1] {
        assert_eq!(browser.console_errors(), Vec::<String>::new());
        browser.close().await;
    }
}

/// What an expression is in the page.
async fn value(browser: &Browser, expression: &str) -> Value {
    browser.script(&format!("return {expression}")).await
}

/// Waits until a condition holds in the page. The driver gives it half a minute.
async fn until(browser: &Browser, condition: &str) {
    let script = "return new Promise(resolve => {
            const look = () => (CONDITION) ? resolve() : setTimeout(look, 20);
            look();
        })";
    browser.script(&script.replace("CONDITION", condition)).await;
}

/// Waits until so many messages have their place.
async fn until_said(browser: &Browser, count: usize) {
    until(browser, &format!("{SAID}.length === {count}")).await;
}

/// S7: each message goes to everyone but its sender, who has it already: on the right.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn own_messages_stand_on_the_right_and_those_of_others_on_the_left() {
    let server = start();
    let (left, right) = two_in_the_lobby(&server, "Ada", "Grace").await;
    left.types("#text", "grüß dich\n").await;
    right.waits_for_text("#said .words", "grüß dich").await;
    right.script("document.getElementById('text').value = 'two\\nlines'").await;
    right.types("#text", " and an end\n").await;
    let sides = "[...document.querySelectorAll('#said .words')].map(words => {
        const [line, talk] = [words.closest('li'), document.getElementById('talk')]
            .map(element => element.getBoundingClientRect());
        return line.left - talk.left > talk.right - line.right ? 'right' : 'left';
    })";
    let said = json!(["grüß dich", "two\nlines and an end"]);
    for browser in [&left, &right] {
        until_said(browser, 2).await;
        assert_eq!(value(browser, SAID).await, said);
    }
    assert_eq!(value(&left, sides).await, json!(["right", "left"]));
    assert_eq!(value(&right, sides).await, json!(["left", "right"]));
    assert_eq!(value(&left, SENDERS).await, json!(["You", "Grace"]));
    assert_eq!(value(&right, SENDERS).await, json!(["Ada", "You"]));
    end((left, right)).await;
}

/// S8: a room has one order, whoever says what when.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn both_pages_show_all_messages_in_the_same_order() {
    let server = start();
    let (left, right) = two_in_the_lobby(&server, "Ada", "Grace").await;
    let talk = |who: &str| {
        let script = "return (async () => {
            for (let number = 0; number < 20; number += 1) {
                document.getElementById('text').value = `WHO ${number}`;
                document.getElementById('say').requestSubmit();
                await new Promise(resolve => setTimeout(resolve));
            }
        })()";
        script.replace("WHO", who)
    };
    let (ada, grace) = (talk("Ada"), talk("Grace"));
    tokio::join!(left.script(&ada), right.script(&grace));
    for browser in [&left, &right] {
        until_said(browser, 40).await;
    }
    assert_eq!(value(&left, SAID).await, value(&right, SAID).await);
    end((left, right)).await;
}

/// S8: one sees who comes, who goes, and who writes; and nothing of the kind about oneself.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_page_tells_who_has_joined_who_is_writing_and_who_has_left() {
    let server = start();
    let (left, right) = two_in_the_lobby(&server, "Ada", "Grace").await;
    left.waits_for_text("#said .note", "Grace has joined").await;
    left.waits_for_text("#count", "2 people are here").await;
    right.waits_for_text("#count", "2 people are here").await;
    right.types("#text", "h").await;
    left.waits_for_text("#writing", "Grace is writing …").await;
    // For three seconds, and no longer.
    until(&left, "document.getElementById('writing').textContent === ''").await;
    assert_eq!(value(&right, NOTES).await, 0);
    right.click("#leave").await;
    left.waits_for_text("#said .note", "Grace has left").await;
    left.waits_for_text("#count", "Only you are here").await;
    assert_eq!(value(&left, NOTES).await, 2);
    right.waits_for_text("#enter", "Join").await;
    end((left, right)).await;
}

/// A message is a text, and so is a name. The tutorials put both into the page as HTML, where they
/// become scripts (fault F17).
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn html_in_a_message_or_a_name_stays_text() {
    const SCRIPT: &str = "<img src=x onerror=alert(1)>";
    let server = start();
    let (left, right) = two_in_the_lobby(&server, "Ada", SCRIPT).await;
    right.types("#text", &format!("{SCRIPT}!")).await;
    left.waits_for_text("#writing", SCRIPT).await;
    right.types("#text", "\n").await;
    for browser in [&left, &right] {
        browser.waits_for_text("#said .words", &format!("{SCRIPT}!")).await;
        browser.waits_for_text("#here", SCRIPT).await;
    }
    left.waits_for_text("#said b", SCRIPT).await;
    left.waits_for_text("#said .note", &format!("{SCRIPT} has joined")).await;
    for browser in [&left, &right] {
        assert_eq!(value(browser, "document.querySelectorAll('img').length").await, 0);
    }
    end((left, right)).await;
}

/// The tutorials give a nickname to whoever comes last, and messages go astray (fault F22).
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_name_that_is_taken_is_refused_and_stays_with_the_first() {
    let server = start();
    let (left, right) = two().await;
    join(&left, &server, "Ada").await;
    right.goto(&server.url("/")).await;
    right.types("#name", "Ada\n").await;
    right.waits_for_text("#reason", "that name is taken here: choose another").await;
    // The name is selected, to be written over.
    right.types("#name", "Grace\n").await;
    right.waits_for_text("#here", "Ada").await;
    right.types("#text", "are you still there?\n").await;
    left.waits_for_text("#said .words", "are you still there?").await;
    left.types("#text", "yes\n").await;
    right.waits_for_text("#said .words", "yes").await;
    assert_eq!(value(&left, NOTES).await, 1);
    end((left, right)).await;
}

/// The page shows the server's reason, and waits for another name; it does not try again by itself.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_name_that_cannot_be_is_refused_with_the_reason() {
    let server = start();
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    for (name, reason) in [(&*"a".repeat(33), "at most 32 characters"), ("..", "dots alone")] {
        browser.types("#name", &format!("{name}\n")).await;
        browser.waits_for_text("#reason", reason).await;
    }
    browser.types("#name", "Ada / 100 % & more?\n").await;
    browser.waits_for_text("#here .own", "Ada / 100 % & more?").await;
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
}

/// The pages outlive their server. What is written while it is away waits in the page, and is said
/// once it is back.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn when_the_server_is_killed_both_pages_come_back_and_nothing_is_lost_or_twice() {
    let server = start();
    let address = server.address().to_string();
    let (left, right) = two_in_the_lobby(&server, "Ada", "Grace").await;
    left.types("#text", "before\n").await;
    right.waits_for_text("#said .words", "before").await;
    drop(server);
    for (browser, text) in [(&left, "from Ada\nand more\n"), (&right, "from Grace\n")] {
        browser.waits_for_text("#state", "Connection lost").await;
        browser.types("#text", text).await;
        browser.waits_for_text("#unsaid .how", "not sent yet").await;
    }
    let _server = start_again(&address);
    for browser in [&left, &right] {
        until_said(browser, 4).await;
        browser.waits_for_text("#state", "Connected.").await;
        browser.waits_for_text("#count", "2 people are here").await;
    }
    // One more: whatever is twice comes before it.
    right.types("#text", "after\n").await;
    for browser in [&left, &right] {
        browser.waits_for_text("#said .words", "after").await;
        assert_eq!(value(browser, UNSAID).await, 0);
    }
    let said = value(&left, SAID).await;
    assert_eq!(said, value(&right, SAID).await);
    let mut said: Vec<&str> = said.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!((said[0], said[said.len() - 1]), ("before", "after"));
    said.sort_unstable();
    assert_eq!(said, ["after", "and more", "before", "from Ada", "from Grace"]);
    for browser in [left, right] {
        browser.close().await;
    }
}

/// A connection can be lost between a message and the word that it was heard. Then the page says the
/// message again, and its key tells everyone that it is the same.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_message_that_was_heard_and_not_confirmed_is_there_once() {
    let server = start();
    let (left, right) = two().await;
    left.goto(&server.url("/")).await;
    let ears = "const listen = WebSocket.prototype.addEventListener;
        WebSocket.prototype.addEventListener = function (type, listener) {
            window.socket = this;
            const hear = event => window.isDeaf && type === 'message' || listener(event);
            listen.call(this, type, hear);
        }";
    left.script(ears).await;
    left.types("#name", "Ada\n").await;
    left.waits_for_text("#here", "Ada").await;
    join(&right, &server, "Grace").await;
    left.script("window.isDeaf = true").await;
    left.types("#text", "do you hear me?\n").await;
    right.waits_for_text("#said .words", "do you hear me?").await;
    left.waits_for_text("#unsaid .words", "do you hear me?").await;
    right.types("#text", "I do\n").await;
    until_said(&right, 2).await;
    left.script("window.isDeaf = false; window.socket.close()").await;
    left.waits_for_text("#said .words", "I do").await;
    left.types("#text", "now I hear you\n").await;
    let said = json!(["do you hear me?", "I do", "now I hear you"]);
    for browser in [&left, &right] {
        browser.waits_for_text("#said .words", "now I hear you").await;
        assert_eq!(value(browser, SAID).await, said);
        assert_eq!(value(browser, UNSAID).await, 0);
    }
    end((left, right)).await;
}

/// A server may take less than the page lets one write. What it closes the connection for is not said
/// again.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_message_that_is_too_long_for_the_server_is_marked_and_the_page_goes_on() {
    let server = Server::start(env!("CARGO_BIN_EXE_chat"), &["--max-chat-message", "200"]);
    let browser = Browser::start().await;
    join(&browser, &server, "Ada").await;
    browser.types("#text", &format!("{}\n", "long ".repeat(50))).await;
    browser.waits_for_text("#said .refused", "not sent: it is too long for this server").await;
    browser.types("#text", "short\n").await;
    browser.waits_for_text("#said .own:not(.refused)", "short").await;
    assert_eq!(value(&browser, UNSAID).await, 0);
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
}

/// The page keeps a secret for as long as its tab is there, and the server knows it by that.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_page_that_is_loaded_again_is_the_same_visitor() {
    let server = start();
    let (left, right) = two_in_the_lobby(&server, "Ada", "Grace").await;
    left.types("#text", "before\n").await;
    right.waits_for_text("#said .words", "before").await;
    let secret = value(&left, "JSON.parse(sessionStorage.getItem('visit')).session").await;
    left.goto(&server.url("/")).await;
    left.waits_for_text("#said .own .words", "before").await;
    left.waits_for_text("#here .own", "Ada").await;
    assert_eq!(value(&left, "document.getElementById('join').hidden").await, true);
    left.types("#text", "after\n").await;
    right.waits_for_text("#said .words", "after").await;
    assert_eq!(value(&right, SENDERS).await, json!(["Ada", "Ada"]));
    // A window with the secret from before takes the place of the one that has it still.
    let other = "new WebSocket(`ws://${location.host}/ws/lobby/Ada?session=SECRET`)";
    left.script(&other.replace("SECRET", secret.as_str().unwrap())).await;
    left.waits_for_text("#reason", "this name goes on in another window").await;
    end((left, right)).await;
}

/// Who reads what was said before is not taken away from there, and sees that there is more.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_new_message_does_not_move_the_talk_under_a_reader() {
    let server = start();
    let (left, right) = two_in_the_lobby(&server, "Ada", "Grace").await;
    let long = "document.getElementById('text').value = 'a line\\n'.repeat(60) + 'the end';
        document.getElementById('say').requestSubmit()";
    left.script(long).await;
    right.waits_for_text("#said .words", "the end").await;
    until(&right, "document.getElementById('talk').scrollTop > 0").await;
    right.script("document.getElementById('talk').scrollTop = 0").await;
    left.types("#text", "news\n").await;
    right.waits_for_text("#down", "New messages").await;
    assert_eq!(value(&right, "document.getElementById('talk').scrollTop").await, 0);
    right.click("#down").await;
    until(&right, "document.getElementById('down').hidden").await;
    end((left, right)).await;
}

/// Without Redis, a server cannot hear the others. People on it go on talking, and see that what
/// they say has no place yet.
#[tokio::test]
#[ignore = "needs Chromium and its driver, and redis-server: just setup"]
async fn while_redis_is_away_messages_are_pale_and_find_their_place_when_it_is_back() {
    let mut redis = Redis::start();
    let server = Server::start(env!("CARGO_BIN_EXE_chat"), &["--redis", &redis.url()]);
    let (left, right) = two_in_the_lobby(&server, "Ada", "Grace").await;
    left.types("#text", "before\n").await;
    right.waits_for_text("#said .words", "before").await;
    redis.dies();
    for browser in [&left, &right] {
        browser.waits_for_text("#alone", "This server cannot hear the others").await;
    }
    left.types("#text", "meanwhile\n").await;
    for browser in [&left, &right] {
        browser.waits_for_text("#unsaid .how", "waits for the other servers").await;
        browser.waits_for_text("#unsaid .words", "meanwhile").await;
    }
    redis.comes_back();
    for browser in [&left, &right] {
        browser.waits_for_text("#said .words", "meanwhile").await;
        until(browser, "document.getElementById('alone').hidden").await;
        assert_eq!(value(browser, SAID).await, json!(["before", "meanwhile"]));
        assert_eq!(value(browser, UNSAID).await, 0);
    }
    end((left, right)).await;
}

/// S12: a vote goes up the socket, and every open page gets the new count.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_vote_shows_in_both_windows_and_one_that_was_cast_in_between_is_counted() {
    let server = start();
    let address = server.address().to_string();
    let (left, right) = two().await;
    for browser in [&left, &right] {
        browser.goto(&server.url("/vote")).await;
        browser.waits_for_text("[data-candidate=Radia] output", "0").await;
    }
    let double_click = "document.querySelector('[data-candidate=Hedy] p')
        .dispatchEvent(new MouseEvent('dblclick', { bubbles: true }))";
    left.script(double_click).await;
    left.click("[data-candidate=Ada] button").await;
    for browser in [&left, &right] {
        browser.waits_for_text("[data-candidate=Hedy] output", "1").await;
        browser.waits_for_text("[data-candidate=Ada] output", "1").await;
    }
    left.waits_for_text("#delay", " ms, on average ").await;
    assert_eq!(left.text("#frames").await, "2 up, 3 down");
    assert_eq!(right.text("#frames").await, "0 up, 3 down");
    assert_eq!(right.text("#delay").await, "–");
    drop(server);
    left.waits_for_text("#state", "Connection lost").await;
    left.click("[data-candidate=Grace] button").await;
    let _server = start_again(&address);
    let grace = "document.querySelector('[data-candidate=Grace] output').textContent";
    for browser in [&left, &right] {
        until(browser, &format!("{grace} === '1'")).await;
        browser.waits_for_text("#connections", "2, this one since ").await;
    }
    for browser in [left, right] {
        browser.close().await;
    }
}

/// A figure in a column of the comparison.
async fn figure(browser: &Browser, column: &str, row: &str) -> f64 {
    let text = browser.text(&format!("#{column} [data-row={row}]")).await;
    let digits = text.trim_end_matches(" ms").replace(',', "");
    digits.parse().unwrap()
}

/// S14: the same votes come in three ways.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn of_three_ways_websocket_is_the_cheapest_and_short_polling_the_latest() {
    let server = start();
    let browser = Browser::start().await;
    browser.goto(&server.url("/compare")).await;
    until(&browser, "!document.getElementById('ten').disabled").await;
    browser.click("#ten").await;
    let columns = ["short", "long", "socket"];
    for column in columns {
        let votes = format!("document.querySelector('#{column} [data-row=votes]').textContent");
        until(&browser, &format!("{votes} === '10'")).await;
        let counts = format!(
            "[...document.querySelectorAll('#{column} output')].map(count => count.textContent)"
        );
        assert_eq!(value(&browser, &counts).await, json!(["2", "2", "2", "2", "2"]), "{column}");
    }
    let (mut bytes, mut delays) = (Vec::new(), Vec::new());
    for column in columns {
        bytes.push(figure(&browser, column, "up").await + figure(&browser, column, "down").await);
        delays.push(figure(&browser, column, "mean").await);
    }
    assert!(bytes[2] < bytes[0] && bytes[2] < bytes[1], "{bytes:?}");
    assert!(delays[0] > delays[1] && delays[0] > delays[2], "{delays:?}");
    let chart = value(&browser, "document.getElementById('chart').ariaLabel").await;
    assert!(chart.as_str().is_some_and(|chart| chart.contains("WebSocket: ")), "{chart}");
    until(&browser, "!document.getElementById('ten').disabled").await;
    browser.click("#again").await;
    browser.waits_for_text("#long [data-row=votes]", "0").await;
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
}
