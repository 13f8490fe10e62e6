//! The three pages of step 6 in real browsers, two of them where people meet.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Browser, Proxy, Redis, Server};

/// The words of all messages that have their place in the talk.
const SAID: &str = "[...document.querySelectorAll('#said .words')].map(words => words.textContent)";
/// The senders of the messages.
const SENDERS: &str = "[...document.querySelectorAll('#said b')].map(name => name.textContent)";
/// Lines about people who have come and gone.
const NOTES: &str = "document.querySelectorAll('#said .note').length";
/// Messages that have no place yet.
const UNSAID: &str = "document.querySelectorAll('#unsaid li').length";

/// A WebSocket that a test plays the server of.
const PLAYED: &str = "window.sockets = [];
    window.WebSocket = class extends EventTarget {
        static OPEN = 1;
        constructor(url) {
            super();
            Object.assign(this, { url: new URL(url), readyState: 1, sent: [] });
            sockets.push(this);
            setTimeout(() => this.dispatchEvent(new Event('open')));
        }
        send(text) { this.sent.push(JSON.parse(text)); }
        close() { this.readyState = 3; }
        tells(message) {
            this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
        }
        ends(code, reason) {
            this.readyState = 3;
            this.dispatchEvent(new CloseEvent('close', { code, reason }));
        }
    }";
/// All lines of the talk that have their place.
const LINES: &str = "[...document.querySelectorAll('#said li')]
    .map(line => (line.querySelector('.words') ?? line).textContent)";
/// What the pages show where messages are missing.
const GAP: &str = "Some messages are missing here.";

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

/// Waits until this number of messages is stored.
async fn until_said(browser: &Browser, count: usize) {
    browser.waits_until(&format!("{SAID}.length === {count}")).await;
}

/// S7: each message goes to everyone except its sender, whose page shows it on the right already.
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
        assert_eq!(browser.value(SAID).await, said);
    }
    assert_eq!(left.value(sides).await, json!(["right", "left"]));
    assert_eq!(right.value(sides).await, json!(["left", "right"]));
    assert_eq!(left.value(SENDERS).await, json!(["You", "Grace"]));
    assert_eq!(right.value(SENDERS).await, json!(["Ada", "You"]));
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
    assert_eq!(left.value(SAID).await, right.value(SAID).await);
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
    left.waits_until("document.getElementById('writing').textContent === ''").await;
    assert_eq!(right.value(NOTES).await, 0);
    right.click("#leave").await;
    left.waits_for_text("#said .note", "Grace has left").await;
    left.waits_for_text("#count", "Only you are here").await;
    assert_eq!(left.value(NOTES).await, 2);
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
        assert_eq!(browser.value("document.querySelectorAll('img').length").await, 0);
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
    assert_eq!(left.value(NOTES).await, 1);
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
        assert_eq!(browser.value(UNSAID).await, 0);
    }
    let said = left.value(SAID).await;
    assert_eq!(said, right.value(SAID).await);
    let mut said: Vec<&str> = said.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!((said[0], said[said.len() - 1]), ("before", "after"));
    said.sort_unstable();
    assert_eq!(said, ["after", "and more", "before", "from Ada", "from Grace"]);
    for browser in [left, right] {
        browser.close().await;
    }
}

/// A connection can be lost between a message and its `sent`. Then the page sends the message
/// again. It has the same key, so everyone knows that it is the same message.
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
        assert_eq!(browser.value(SAID).await, said);
        assert_eq!(browser.value(UNSAID).await, 0);
    }
    end((left, right)).await;
}

/// Opens the chat in a page whose server is played by the test, and joins it.
async fn play(browser: &Browser, server: &Server) {
    browser.goto(&server.url("/")).await;
    browser.script(PLAYED).await;
    browser.types("#name", "Ada\n").await;
    browser.waits_until("sockets.length === 1").await;
}

/// The server of the last connection sends this.
async fn tell(browser: &Browser, message: Value) {
    browser.script(&format!("sockets.at(-1).tells({message})")).await;
}

/// The server of the last connection welcomes the page.
async fn welcome(browser: &Browser) {
    welcome_after(browser, "0-0").await;
}

/// The server welcomes the page, and goes on after this message.
async fn welcome_after(browser: &Browser, after: &str) {
    let here = json!(["Ada"]);
    let welcome = json!({ "type": "welcome", "room": "lobby", "you": "Ada", "here": here, "shared": true, "after": after });
    tell(browser, welcome).await;
}

/// The last connection ends, and the page makes another one at once. Returns the hello that the
/// page sends on it.
async fn lose(browser: &Browser, code: u16, reason: &str) -> Value {
    let script = "sockets.at(-1).ends(CODE, REASON);
        const count = sockets.length;
        document.getElementById('now').click();
        return count";
    let script = script.replace("CODE", &code.to_string());
    let count = browser.script(&script.replace("REASON", &format!("{reason:?}"))).await;
    browser.waits_until(&format!("sockets.length === {count} + 1")).await;
    browser.waits_until("sockets.at(-1).sent.length === 1").await;
    assert_eq!(browser.value("sockets.at(-1).url.search").await, "?hello");
    browser.value("sockets.at(-1).sent[0].hello").await
}

/// The page asks for what comes after the last message that it has received, in every case.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_page_comes_back_with_its_session_and_its_last_message() {
    let server = start();
    let browser = Browser::start().await;
    play(&browser, &server).await;
    browser.waits_until("sockets[0].sent.length === 1").await;
    let hello = browser.value("sockets[0].sent[0].hello").await;
    let session = hello["session"].clone();
    assert!(session.as_str().is_some_and(|session| session.len() == 32), "{hello}");
    assert_eq!(hello, json!({ "session": session }));
    let message = |id: &str, key: &str| json!({ "type": "message", "sender": "Grace", "msg": key, "id": id, "time": 5, "key": key });
    // Even if nothing comes after the welcome, it comes back as one who has been there.
    welcome_after(&browser, "3-0").await;
    assert_eq!(lose(&browser, 1006, "").await, json!({ "session": session, "after": "3-0" }));
    welcome_after(&browser, "3-0").await;
    tell(&browser, message("5-0", "one")).await;
    assert_eq!(lose(&browser, 1006, "").await["after"], "5-0");
    // A message of its own has a place, too.
    welcome_after(&browser, "5-0").await;
    browser.types("#text", "mine\n").await;
    let key = browser.value("sockets.at(-1).sent.at(-1).key").await;
    tell(&browser, json!({ "type": "sent", "key": key, "id": "10-2", "time": 10 })).await;
    assert_eq!(lose(&browser, 1001, "").await, json!({ "session": session, "after": "10-2" }));
    // The answer about an older message moves nothing back.
    welcome_after(&browser, "10-2").await;
    tell(&browser, json!({ "type": "sent", "key": "unknown", "id": "9-0", "time": 9 })).await;
    assert_eq!(lose(&browser, 1013, "too slow").await["after"], "10-2");
    // Nor does a gap. The next connection may announce the same one again.
    for _ in 0..2 {
        welcome_after(&browser, "10-2").await;
        tell(&browser, json!({ "type": "gap" })).await;
        assert_eq!(lose(&browser, 1006, "").await["after"], "10-2");
    }
    // The log of the server has begun again, with smaller ids. The page follows it when it knows of
    // the gap, and not before.
    welcome_after(&browser, "2-0").await;
    assert_eq!(lose(&browser, 1006, "").await["after"], "10-2");
    welcome_after(&browser, "2-0").await;
    tell(&browser, json!({ "type": "gap" })).await;
    assert_eq!(lose(&browser, 1006, "").await["after"], "2-0");
    welcome_after(&browser, "2-0").await;
    tell(&browser, message("3-0", "two")).await;
    tell(&browser, message("4-0", "three")).await;
    assert_eq!(lose(&browser, 1006, "").await, json!({ "session": session, "after": "4-0" }));
    assert_eq!(browser.value(LINES).await, json!(["one", "mine", GAP, "two", "three"]));
    assert_eq!(browser.value(UNSAID).await, 0);
    browser.close().await;
}

/// A message that was sent and not confirmed may come back as a message. Its key shows that it is the
/// same.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn an_own_message_that_comes_as_a_message_is_shown_once() {
    let server = start();
    let browser = Browser::start().await;
    play(&browser, &server).await;
    welcome(&browser).await;
    browser.types("#text", "do you hear me?\n").await;
    let key = browser.value("sockets[0].sent.at(-1).key").await;
    browser.waits_for_text("#unsaid .words", "do you hear me?").await;
    lose(&browser, 1006, "").await;
    welcome(&browser).await;
    assert_eq!(browser.value("sockets[1].sent.at(-1).key").await, key);
    let old = json!({ "type": "message", "sender": "Ada", "msg": "do you hear me?", "id": "7-0", "time": 7, "key": key });
    tell(&browser, old).await;
    assert_eq!(browser.value(UNSAID).await, 0);
    tell(&browser, json!({ "type": "sent", "key": key, "id": "7-0", "time": 7 })).await;
    assert_eq!(browser.value(LINES).await, json!(["do you hear me?"]));
    // It is confirmed, and not sent again.
    lose(&browser, 1006, "").await;
    welcome(&browser).await;
    // Only the hello.
    assert_eq!(browser.value("sockets[2].sent.length").await, 1);
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
}

/// 1013 asks the page to try again later. 1008 is final.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn after_1013_the_page_shows_the_reason_and_tries_again() {
    let server = start();
    let browser = Browser::start().await;
    play(&browser, &server).await;
    browser.script("sockets[0].ends(1013, 'no new name is given out')").await;
    browser
        .waits_for_text("#state.bad", "The server says “no new name is given out”. Trying again in")
        .await;
    // The form is there for another name.
    assert_eq!(browser.value("document.getElementById('enter').disabled").await, false);
    assert_eq!(browser.text("#reason").await, "");
    // Unless the page has tried again by itself meanwhile.
    browser.script("document.getElementById('now').click()").await;
    browser.waits_until("sockets.length === 2").await;
    browser
        .waits_for_text("#state.bad", "The server says “no new name is given out”. Trying again …")
        .await;
    welcome(&browser).await;
    browser.waits_for_text("#state:not(.bad)", "Connected.").await;
    // The next problem is another one.
    browser.script("sockets[1].ends(1006, '')").await;
    browser.waits_for_text("#state.bad", "Connection lost. Trying again in").await;
    // It tries again by itself.
    browser.waits_until("sockets.length === 3").await;
    browser.script("sockets[2].ends(1008, 'this name is now used in another window')").await;
    browser.waits_for_text("#reason", "this name is now used in another window").await;
    assert_eq!(browser.text("#state").await, "");
    assert_eq!(browser.value("document.getElementById('now').hidden").await, true);
    browser.close().await;
}

/// A process that has never reached Redis gives out no names. The page waits for it.
#[tokio::test]
#[ignore = "needs Chromium and its driver, and redis-server: just setup"]
async fn a_newcomer_is_let_in_when_redis_comes() {
    let mut redis = Redis::away();
    let server = Server::start(env!("CARGO_BIN_EXE_chat"), &["--redis", &redis.url()]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    browser.types("#name", "Ada\n").await;
    let reason =
        "The server says “the servers cannot reach each other now, so no new name is given out”.";
    // The server waits for Redis for 8 s before it refuses.
    browser.waits_for_late_text("#state.bad", reason, Duration::from_secs(8)).await;
    redis.comes_back();
    browser.waits_for_text("#here .own", "Ada").await;
    browser.waits_for_text("#state", "Connected.").await;
    browser.types("#text", "hello\n").await;
    browser.waits_for_text("#said .words", "hello").await;
    browser.close().await;
}

/// A server that has begun again has no old messages. The page shows where they are missing.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_page_shows_where_messages_are_missing() {
    let server = start();
    let address = server.address().to_string();
    let browser = Browser::start().await;
    join(&browser, &server, "Ada").await;
    browser.types("#text", "before\n").await;
    until_said(&browser, 1).await;
    drop(server);
    let _server = start_again(&address);
    browser.waits_for_text("#said .gap", GAP).await;
    browser.types("#text", "after\n").await;
    until_said(&browser, 2).await;
    assert_eq!(browser.value(LINES).await, json!(["before", GAP, "after"]));
    browser.close().await;
}

/// A server may allow shorter messages than the page does. A message for which the server closed
/// the connection is not sent again.
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
    assert_eq!(browser.value(UNSAID).await, 0);
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
    let secret = left.value("JSON.parse(sessionStorage.getItem('visit')).session").await;
    let more = "for (let number = 1; number < 60; number += 1) {
        document.getElementById('text').value = `number ${number}`;
        document.getElementById('say').requestSubmit();
    }";
    right.script(more).await;
    left.waits_for_text("#said .words", "number 59").await;
    left.types("#text", "before, too\n").await;
    right.waits_for_text("#said .words", "before, too").await;
    let shown = right.value(&format!("{SAID}.slice(-50)")).await;
    left.goto(&server.url("/")).await;
    left.waits_for_text("#said .own .words", "before, too").await;
    left.waits_for_text("#here .own", "Ada").await;
    // Like a newcomer, it gets the last 50 messages.
    assert_eq!(left.value(SAID).await, shown);
    assert_eq!(left.value("document.querySelectorAll('#said .gap').length").await, 0);
    assert_eq!(left.value("document.getElementById('join').hidden").await, true);
    left.types("#text", "after\n").await;
    right.waits_for_text("#said .words", "after").await;
    assert_eq!(right.value(&format!("{SENDERS}.at(-1)")).await, "Ada");
    // A window with the secret from before takes the place of the one that has it still.
    let other = "new WebSocket(`ws://${location.host}/ws/lobby/Ada?session=SECRET`)";
    left.script(&other.replace("SECRET", secret.as_str().unwrap())).await;
    left.waits_for_text("#reason", "this name is now used in another window").await;
    end((left, right)).await;
}

/// A visitor who reads older messages is not scrolled away from them, and sees that there are new
/// ones.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_new_message_does_not_move_the_talk_under_a_reader() {
    let server = start();
    let (left, right) = two_in_the_lobby(&server, "Ada", "Grace").await;
    let long = "document.getElementById('text').value = 'a line\\n'.repeat(60) + 'the end';
        document.getElementById('say').requestSubmit()";
    left.script(long).await;
    right.waits_for_text("#said .words", "the end").await;
    right.waits_until("document.getElementById('talk').scrollTop > 0").await;
    right.script("document.getElementById('talk').scrollTop = 0").await;
    left.types("#text", "news\n").await;
    right.waits_for_text("#down", "New messages").await;
    assert_eq!(right.value("document.getElementById('talk').scrollTop").await, 0);
    right.click("#down").await;
    right.waits_until("document.getElementById('down').hidden").await;
    end((left, right)).await;
}

/// In a narrow window the same messages have more lines. The last one is still shown, except to
/// somebody who reads older ones.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_talk_stays_at_its_end_when_the_window_becomes_narrow() {
    let server = start();
    let browser = Browser::start().await;
    browser.shows_at(1000, "prefers-color-scheme", "light");
    join(&browser, &server, "Ada").await;
    for number in 1..=6 {
        browser.types("#text", &format!("{} {number}\n", "some words".repeat(20))).await;
        until_said(&browser, number).await;
    }
    let below = "(({ scrollHeight, scrollTop, clientHeight }) =>
        scrollHeight - scrollTop - clientHeight)(document.getElementById('talk'))";
    browser.waits_until(&format!("{below} < 1")).await;
    browser.shows_at(320, "prefers-color-scheme", "light");
    browser.waits_until(&format!("innerWidth === 320 && {below} < 1")).await;
    browser.script("document.getElementById('talk').scrollTop = 10").await;
    browser.waits_until(&format!("{below} > 100")).await;
    browser.shows_at(300, "prefers-color-scheme", "light");
    browser.waits_until("innerWidth === 300").await;
    let top = "new Promise(done => requestAnimationFrame(() => setTimeout(() =>
        done(document.getElementById('talk').scrollTop < 100))))";
    assert_eq!(browser.value(top).await, true);
    browser.close().await;
}

/// Without Redis, a server cannot reach the others. Its visitors go on talking, and see that their
/// messages are not stored yet.
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
        browser.waits_for_text("#alone", "This server cannot reach the other servers").await;
    }
    left.types("#text", "meanwhile\n").await;
    for browser in [&left, &right] {
        browser.waits_for_text("#unsaid .how", "waits for the other servers").await;
        browser.waits_for_text("#unsaid .words", "meanwhile").await;
    }
    redis.comes_back();
    for browser in [&left, &right] {
        browser.waits_for_text("#said .words", "meanwhile").await;
        browser.waits_until("document.getElementById('alone').hidden").await;
        assert_eq!(browser.value(SAID).await, json!(["before", "meanwhile"]));
        assert_eq!(browser.value(UNSAID).await, 0);
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
    let polled = "fetch('votes?wait=0').then(answer => answer.json()).then(({ counts }) => counts)";
    let counts = "Object.fromEntries([...document.querySelectorAll('#votes li')]
        .map(line => [line.dataset.candidate, Number(line.querySelector('output').textContent)]))";
    assert_eq!(left.value(polled).await, right.value(counts).await);
    left.waits_for_text("#delay", " ms, on average ").await;
    assert_eq!(left.text("#frames").await, "3 up, 3 down");
    assert_eq!(right.text("#frames").await, "1 up, 3 down");
    assert_eq!(right.text("#delay").await, "–");
    drop(server);
    left.waits_for_text("#state", "Connection lost").await;
    left.click("[data-candidate=Grace] button").await;
    let _server = start_again(&address);
    let grace = "document.querySelector('[data-candidate=Grace] output').textContent";
    for browser in [&left, &right] {
        browser.waits_until(&format!("{grace} === '1'")).await;
        browser.waits_for_text("#connections", "2, this one since ").await;
    }
    for browser in [left, right] {
        browser.close().await;
    }
}

/// A poll that comes late is told that votes are missing. The counts include them all the same.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_comparison_shows_that_votes_are_missing() {
    let server = Server::start(env!("CARGO_BIN_EXE_chat"), &["--history", "1"]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/compare")).await;
    browser.waits_until("!document.getElementById('ten').disabled").await;
    browser.click("#ten").await;
    browser.waits_for_text("#short p", "Some votes are missing here.").await;
    browser.waits_for_text("#socket [data-row=votes]", "10").await;
    let counts = "[...document.querySelectorAll('#short output')].map(count => count.textContent)";
    browser.waits_until(&format!("{counts}.join() === '2,2,2,2,2'")).await;
    assert!(!browser.text("#socket p").await.contains("missing"));
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
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
    browser.waits_until("!document.getElementById('ten').disabled").await;
    browser.click("#ten").await;
    let columns = ["short", "long", "socket"];
    for column in columns {
        let votes = format!("document.querySelector('#{column} [data-row=votes]').textContent");
        browser.waits_until(&format!("{votes} === '10'")).await;
        let counts = format!(
            "[...document.querySelectorAll('#{column} output')].map(count => count.textContent)"
        );
        assert_eq!(browser.value(&counts).await, json!(["2", "2", "2", "2", "2"]), "{column}");
    }
    let (mut bytes, mut delays) = (Vec::new(), Vec::new());
    for column in columns {
        bytes.push(figure(&browser, column, "up").await + figure(&browser, column, "down").await);
        delays.push(figure(&browser, column, "mean").await);
    }
    assert!(bytes[2] < bytes[0] && bytes[2] < bytes[1], "{bytes:?}");
    assert!(delays[0] > delays[1] && delays[0] > delays[2], "{delays:?}");
    let chart = browser.value("document.getElementById('chart').ariaLabel").await;
    assert!(chart.as_str().is_some_and(|chart| chart.contains("WebSocket: ")), "{chart}");
    browser.waits_until("!document.getElementById('ten').disabled").await;
    browser.click("#again").await;
    browser.waits_for_text("#long [data-row=votes]", "0").await;
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
}

/// Opens the chat at this address, and joins it.
async fn join_at(browser: &Browser, address: &str, name: &str) {
    browser.goto(address).await;
    browser.types("#name", &format!("{name}\n")).await;
    browser.waits_for_text("#here .own", name).await;
}

/// A line can be dead without an end: a phone that has left its network, a proxy that hangs. A
/// browser notices that after many minutes. The page notices it when a message of its own has no
/// answer, and the message is said once.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_dead_line_is_noticed_and_what_was_written_is_said_once() {
    let server = start();
    let proxy = Proxy::start(server.address());
    let (left, right) = two().await;
    join_at(&left, &format!("http://{}/", proxy.address()), "Ada").await;
    join(&right, &server, "Grace").await;
    left.types("#text", "before\n").await;
    right.waits_for_text("#said .words", "before").await;
    proxy.hangs_on_open_connections();
    left.types("#text", "into the void\n").await;
    left.waits_for_text("#unsaid .how", "not sent yet").await;
    // It stops saying that it is connected.
    left.waits_until("document.getElementById('state').classList.contains('bad')").await;
    left.waits_for_text("#said .words", "into the void").await;
    left.waits_for_text("#state:not(.bad)", "Connected.").await;
    right.types("#text", "still there?\n").await;
    for browser in [&left, &right] {
        browser.waits_for_text("#said .words", "still there?").await;
        assert_eq!(browser.value(SAID).await, json!(["before", "into the void", "still there?"]));
        assert_eq!(browser.value(UNSAID).await, 0);
    }
    proxy.goes_on();
    end((left, right)).await;
}

/// Lets a test set the page's clock forward.
const CLOCK: &str = "const clock = performance.now.bind(performance);
    window.ahead = 0;
    performance.now = () => clock() + window.ahead";

/// A page that has received nothing for a while sends a ping. If no answer comes, it connects
/// again.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_page_that_hears_nothing_asks_and_connects_again_without_an_answer() {
    let server = start();
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    browser.script(CLOCK).await;
    browser.script(PLAYED).await;
    browser.types("#name", "Ada\n").await;
    browser.waits_until("sockets.length === 1 && sockets[0].sent.length === 1").await;
    welcome(&browser).await;
    for rounds in 1..=2 {
        browser.script("window.ahead += 16_000").await;
        browser.waits_until(&format!("sockets[0].sent.length === 1 + {rounds}")).await;
        assert_eq!(browser.value("sockets[0].sent.at(-1)").await, json!({ "ping": true }));
        tell(&browser, json!({ "type": "pong" })).await;
    }
    // Other messages are a sign of life, too, and there is no second ping meanwhile.
    browser.script("window.ahead += 16_000").await;
    browser.waits_until("sockets[0].sent.length === 4").await;
    browser.script("window.ahead += 3000").await;
    tell(&browser, json!({ "type": "typing", "name": "Grace" })).await;
    browser.script("window.ahead += 3000").await;
    browser.script("return new Promise(done => setTimeout(done, 1500))").await;
    assert_eq!(browser.value("sockets.length").await, 1);
    assert_eq!(browser.value("sockets[0].sent.length").await, 4);
    // Nothing at all is the end, and the page does not wait for a closing handshake.
    browser.script("window.ahead += 5000").await;
    browser.waits_for_text("#state.bad", "Connection lost. Trying again").await;
    browser.waits_until("sockets.length === 2").await;
    assert_eq!(browser.value("sockets[0].readyState").await, 3);
    // What arrives late from a connection that was given up is ignored.
    browser.script("sockets[0].tells({ type: 'joined', names: ['Grace'] })").await;
    assert_eq!(browser.value(NOTES).await, 0);
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
}

/// A script, a program or a keyboard can leave half of a surrogate pair in the text. Neither JSON
/// nor UTF-8 can carry it, so the page replaces it. Otherwise the message would be refused, or kept
/// for ever.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn half_a_character_is_mended_before_it_is_sent() {
    let server = start();
    let (left, right) = two().await;
    let half = r"'half \ud83d'";
    for (browser, name) in [(&left, "Ada"), (&right, "Grace")] {
        browser.goto(&server.url("/")).await;
        browser
            .script(&format!("document.getElementById('name').value = '{name} ' + {half}"))
            .await;
        browser.script("document.getElementById('join').requestSubmit()").await;
        browser.waits_for_text("#here .own", &format!("{name} half \u{fffd}")).await;
    }
    left.script(&format!("document.getElementById('text').value = {half}")).await;
    left.types("#text", "\n").await;
    for browser in [&left, &right] {
        browser.waits_for_text("#said .words", "half \u{fffd}").await;
    }
    assert_eq!(left.value(UNSAID).await, 0);
    // The tab may have kept one from before.
    let kept = r"const visit = JSON.parse(sessionStorage.getItem('visit'));
        visit.unsent.push({ key: 'k', msg: 'kept \ud83d' });
        sessionStorage.setItem('visit', JSON.stringify(visit))";
    left.script(kept).await;
    left.goto(&server.url("/")).await;
    right.waits_for_text("#said .words", "kept \u{fffd}").await;
    left.waits_until(&format!("{UNSAID} === 0")).await;
    end((left, right)).await;
}

/// Proxies and logs keep addresses, and browsers keep a history of them. No secret is in any.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn no_address_has_the_secret_in_it() {
    let server = start();
    let proxy = Proxy::start(server.address());
    let browser = Browser::start().await;
    let remember = "window.urls = [];
        window.WebSocket = class extends WebSocket {
            constructor(url) { super(url); urls.push(url); }
        }";
    for (path, socket) in [
        ("/", "ws/lobby/Ada?hello"),
        ("/vote", "vote/socket?hello"),
        ("/compare", "vote/socket?hello"),
    ] {
        browser.goto(&format!("http://{}{path}", proxy.address())).await;
        if path == "/" {
            browser.types("#name", "Ada\n").await;
        }
        browser.waits_for_text("#state", "Connected.").await;
        browser.script(remember).await;
        proxy.cuts_connections();
        browser.waits_until("urls.length > 0").await;
        browser.waits_for_text("#state", "Connected.").await;
        let url = format!("ws://{}/{socket}", proxy.address());
        assert_eq!(browser.value("urls[0]").await, json!(url));
        let kept = "JSON.stringify([location.href, history.state, document.cookie,
            ...performance.getEntriesByType('resource').map(({ name }) => name)])";
        let kept = browser.value(kept).await;
        for item in ["visit", "ballots"] {
            let secret = browser
                .value(&format!("JSON.parse(sessionStorage.getItem('{item}'))?.session ?? null"))
                .await;
            let Some(secret) = secret.as_str() else { continue };
            assert!(!kept.as_str().unwrap().contains(secret), "{item}: {kept}");
            // Nor is it on the screen.
            assert!(!browser.text("body").await.contains(secret), "{item}");
        }
    }
    browser.close().await;
}

/// A policy without `unsafe-inline` stops what F17 puts into a page, and connections to elsewhere.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn the_policy_stops_scripts_styles_and_connections_that_are_not_the_pages_own() {
    let server = start();
    let browser = Browser::start().await;
    for path in ["/", "/vote", "/compare", "/short", "/long", "/chat"] {
        browser.goto(&server.url(path)).await;
        let attack = r#"window.blocked = [];
            document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => blocked.push(effectiveDirective));
            const place = document.createElement("div");
            place.innerHTML = `<img src="data:x" onerror="window.hacked = true"><p style="color: red"></p>`;
            document.body.append(place);
            const script = document.createElement("script");
            script.textContent = "window.hacked = true";
            document.body.append(script);
            document.body.append(Object.assign(document.createElement("base"), { href: "http://evil.example/" }));
            try { new WebSocket("ws://evil.example/"); } catch {}
            return new Promise(done => setTimeout(() => done([window.hacked ?? false, [...new Set(blocked)].sort()]), 300))"#;
        let stopped =
            ["base-uri", "connect-src", "script-src-attr", "script-src-elem", "style-src-attr"];
        assert_eq!(browser.script(attack).await, json!([false, stopped]), "{path}");
    }
    browser.close().await;
}

/// A vote whose answer does not come is shown as not confirmed, and cast again after a dead line and
/// after a reload, under the same key.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_vote_without_an_answer_is_cast_again_and_counts_once() {
    let server = start();
    let proxy = Proxy::start(server.address());
    let browser = Browser::start().await;
    let url = format!("http://{}/vote", proxy.address());
    browser.goto(&url).await;
    browser.waits_for_text("[data-candidate=Hedy] output", "0").await;
    proxy.hangs_on_open_connections();
    browser.click("[data-candidate=Hedy] button").await;
    browser.waits_for_text("#unconfirmed", "1 vote is not confirmed yet.").await;
    let hedy = "document.querySelector('[data-candidate=Hedy] output')?.textContent";
    browser.waits_until(&format!("{hedy} === '1'")).await;
    browser.waits_until("document.getElementById('unconfirmed').textContent === ''").await;
    proxy.goes_on();
    // The vote that it sent into the dead connection arrives late, and is the same vote.
    proxy.is_cut_off();
    browser.waits_for_text("#state.bad", "Connection lost").await;
    browser.click("[data-candidate=Hedy] button").await;
    browser.waits_for_text("#unconfirmed", "1 vote is not confirmed yet.").await;
    proxy.leads_to(server.address());
    browser.goto(&url).await;
    browser.waits_until(&format!("{hedy} === '2'")).await;
    browser.waits_until("sessionStorage.getItem('ballots').includes('\"unconfirmed\":[]')").await;
    browser.close().await;
}
