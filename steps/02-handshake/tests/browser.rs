//! The page, in a real browser: the judge of the accept value.

use testkit::{Browser, Server};

/// RFC 6455 §4.1: a browser reports `open` only if the server's answer is the hash of its key.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_browser_opens_the_connection_and_sends_eleven_masked_bytes() {
    let server = Server::start(env!("CARGO_BIN_EXE_handshake"), &[]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    browser.click("#connect").await;
    browser.waits_for_text("#log", "open: the browser has checked our answer").await;
    browser.click("#send").await;
    browser.waits_for_text("#log", "“hello” sent").await;
    server.waits_for_line_with("sent 11 bytes, still masked");
    // The first two bytes: a text in one frame, masked, of five bytes. The others are random.
    let dump = server.waits_for_line_with("00000000  81 85 ");
    assert!(!dump.contains("68 65 6c 6c 6f"), "{dump}");
    assert_eq!(browser.console_errors(), Vec::<String>::new());
    browser.close().await;
}

/// RFC 6455 §10.2: a page of another origin is not let in (fault F6). Here, it is the step's own page
/// under another name.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_foreign_page_is_not_let_in() {
    let server = Server::start(env!("CARGO_BIN_EXE_handshake"), &[]);
    let browser = Browser::start().await;
    browser.goto(&format!("http://localhost:{}/", server.address().port())).await;
    let script = format!(
        "const socket = new WebSocket('{}');
         return new Promise(done => {{ socket.onopen = () => done('open');
                                       socket.onclose = ({{ code }}) => done(code); }});",
        server.ws_url("/")
    );
    assert_eq!(browser.script(&script).await, 1006);
    server.waits_for_line_with("was refused with 403");
    browser.close().await;
}

/// RFC 6455 §4.1: a browser takes a subprotocol only if it has offered it.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_browser_agrees_on_a_subprotocol() {
    let server = Server::start(env!("CARGO_BIN_EXE_handshake"), &["--subprotocol", "chat"]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    let chosen = browser.script(
        "const socket = new WebSocket(`ws://${location.host}`, ['mqtt', 'chat']);\
         return new Promise(done => { socket.onopen = () => done(socket.protocol); \
                                      socket.onclose = () => done('closed'); });",
    );
    assert_eq!(chosen.await, "chat");
    browser.close().await;
}
