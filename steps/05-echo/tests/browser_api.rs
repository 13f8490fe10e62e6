//! What the browser's `WebSocket` does, as the book says it. Other browsers may differ from Chromium.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use testkit::{Browser, Server};

/// Starts the echo server, and opens its page.
async fn start() -> (Server, Browser) {
    let server = Server::start(env!("CARGO_BIN_EXE_echo"), &[]);
    let browser = Browser::start().await;
    browser.goto(&server.url("/")).await;
    (server, browser)
}

/// Runs a script in the page that calls `note` for each line of its report and in the end `done`.
/// Returns the report, without the server's address.
async fn report(server: &Server, browser: &Browser, script: &str) -> String {
    let script = format!(
        "const lines = [];
        const note = (line) => lines.push(line);
        const attempt = (act) => {{
            const text = String(act).slice('() => '.length);
            try {{
                const value = act();
                note(`${{text}} → ${{value instanceof WebSocket ? value.url : 'no error'}}`);
                return value;
            }} catch (error) {{
                note(`${{text}} → ${{error.name}}`);
            }}
        }};
        return (async () => {{ {script} ; return lines.join('\\n'); }})()"
    );
    let report = browser.script(&script.replace("HOST", &server.address().to_string())).await;
    let report = report.as_str().unwrap();
    report.replace(&server.address().to_string(), "127.0.0.1:9005")
}

/// The constructor refuses an address or a list of subprotocols that cannot be right. That the server
/// cannot be reached is an event.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_wrong_address_is_a_syntax_error() {
    let (server, browser) = start().await;
    let script = r#"
        attempt(() => new WebSocket("ws://HOST/echo"));
        attempt(() => new WebSocket("echo?room=tea"));
        attempt(() => new WebSocket("http://HOST/"));
        attempt(() => new WebSocket("ws://HOST/#top"));
        attempt(() => new WebSocket("ftp://HOST/"));
        attempt(() => new WebSocket("ws://:"));
        attempt(() => new WebSocket("ws://HOST/", ["chat", "chat"]));
        attempt(() => new WebSocket("ws://HOST/", "two words"));
        const socket = attempt(() => new WebSocket("ws://127.0.0.1:1/"));
        await new Promise((done) => (socket.onclose = done));"#;
    insta::assert_snapshot!("constructor", report(&server, &browser, script).await);
    browser.close().await;
}

/// The connection is not open yet, whatever the server is like.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_text_that_is_sent_too_early_is_an_error() {
    let (server, browser) = start().await;
    let script = format!("attempt(() => {{ {} }})", include_str!("../examples/too-early.js"));
    let report = report(&server, &browser, &script).await;
    assert!(report.ends_with("→ InvalidStateError"), "{report}");
    browser.close().await;
}

/// The states in their order, and what `send` does in each of them.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_socket_goes_through_its_states() {
    let (server, browser) = start().await;
    let script = r#"
        const socket = new WebSocket("ws://HOST/");
        const state = (when) => note(`${when}: readyState ${socket.readyState}`);
        const trySend = () => {
            try {
                socket.send("hello");
                note(`  send: bufferedAmount ${socket.bufferedAmount}`);
            } catch (error) {
                note(`  send: ${error.name}`);
            }
        };
        state("after new");
        trySend();
        await new Promise((done) => (socket.onopen = done));
        state("open event");
        trySend();
        const { data } = await new Promise((done) => (socket.onmessage = done));
        state(`message event, data "${data}"`);
        note(`  bufferedAmount ${socket.bufferedAmount}`);
        socket.close(1000, "bye");
        state("after close()");
        trySend();
        const event = await new Promise((done) => (socket.onclose = done));
        state(`close event, code ${event.code}, reason "${event.reason}", wasClean ${event.wasClean}`);
        trySend();"#;
    insta::assert_snapshot!("states", report(&server, &browser, script).await);
    browser.close().await;
}

/// `error` has no details, and `close` comes after it.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_failed_connection_is_an_error_and_then_a_close() {
    let (server, browser) = start().await;
    let script = r#"
        const socket = new WebSocket("ws://127.0.0.1:1/");
        socket.onerror = (event) => note(`error: ${Object.keys(event).filter((key) => key !== "isTrusted").join() || "no fields of its own"}, readyState ${socket.readyState}`);
        const { code, reason, wasClean } = await new Promise((done) => (socket.onclose = done));
        note(`close: code ${code}, reason "${reason}", wasClean ${wasClean}`);"#;
    insta::assert_snapshot!("failed", report(&server, &browser, script).await);
    browser.close().await;
}

/// `close` accepts 1000 and 3000 to 4999, and a reason of 123 bytes.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn close_accepts_few_codes_and_a_short_reason() {
    let (server, browser) = start().await;
    let script = r#"
        window.mine = new WebSocket("ws://HOST/");
        await new Promise((done) => (mine.onopen = done));
        attempt(() => mine.close(1001));
        attempt(() => mine.close(1008));
        attempt(() => mine.close(5000));
        attempt(() => mine.close(3000, "x".repeat(124)));
        attempt(() => mine.close(3000, "é".repeat(62)));
        attempt(() => mine.close(3000, "é".repeat(61)));
        const { code, reason } = await new Promise((done) => (mine.onclose = done));
        note(`close event: code ${code}, ${new TextEncoder().encode(reason).length} bytes of reason`);"#;
    insta::assert_snapshot!("close", report(&server, &browser, script).await);
    browser.close().await;
}

/// A binary message is a `Blob` or an `ArrayBuffer`, as the receiving page likes it.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn binary_type_chooses_what_a_binary_message_becomes() {
    let (server, browser) = start().await;
    let script = r#"
        const socket = new WebSocket("ws://HOST/");
        await new Promise((done) => (socket.onopen = done));
        const things = {
            'a text': "grüß dich",
            'a Blob': new Blob(["abc"]),
            'an ArrayBuffer': new ArrayBuffer(4),
            'a Uint8Array': new Uint8Array([1, 2]),
            'the number 7': 7,
            'half a pair': "\ud83d",
        };
        for (const type of [undefined, "arraybuffer"]) {
            if (type) socket.binaryType = type;
            note(`binaryType "${socket.binaryType}"`);
            for (const [name, thing] of Object.entries(things)) {
                socket.send(thing);
                const { data } = await new Promise((done) => (socket.onmessage = done));
                const what = typeof data === "string"
                    ? JSON.stringify(data)
                    : `${data.constructor.name}, ${data.size ?? data.byteLength} bytes`;
                note(`  send ${name.padEnd(14)} → ${what}`);
            }
        }"#;
    insta::assert_snapshot!("types", report(&server, &browser, script).await);
    browser.close().await;
}

/// `send` never waits. If the server does not read, the browser keeps the data.
#[cfg(unix)]
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn buffered_amount_grows_while_the_server_does_not_read() {
    let (server, browser) = start().await;
    let script = r#"
        window.mine = new WebSocket("ws://HOST/");
        mine.binaryType = "arraybuffer";
        window.answers = 0;
        mine.addEventListener("message", () => answers += 1);
        await new Promise((done) => (mine.onopen = done));"#;
    report(&server, &browser, script).await;
    server.hangs();
    let script = r#"
        const mebibyte = new Uint8Array(2 ** 20);
        crypto.getRandomValues(mebibyte.subarray(0, 65_536));
        const began = performance.now();
        for (let count = 0; count < 128; count += 1) mine.send(mebibyte);
        note(`128 messages of 1 MiB sent to a server that hangs: ${mine.bufferedAmount / 2 ** 20} MiB buffered`);
        await new Promise((done) => setTimeout(done, 1000));
        note(`a second later: ${mine.bufferedAmount > 2 ** 25 ? "more" : "less"} than 32 MiB`);"#;
    let mut lines = report(&server, &browser, script).await;
    server.goes_on();
    let script = r"
        while (answers < 128) await new Promise((done) => setTimeout(done, 20));
        note(`when the server has answered all of it: ${mine.bufferedAmount} bytes`);";
    lines.push('\n');
    lines.push_str(&report(&server, &browser, script).await);
    insta::assert_snapshot!("buffered", lines);
    browser.close().await;
}

/// The function that the book shows keeps little in the browser's buffer, and loses nothing.
#[cfg(unix)]
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_sender_that_looks_at_buffered_amount_waits() {
    let (server, browser) = start().await;
    let script = r"SEND_SLOWLY
        window.answers = 0;
        window.most = 0;
        window.mine = new WebSocket('ws://HOST/');
        mine.addEventListener('message', () => answers += 1);
        setInterval(() => (most = Math.max(most, mine.bufferedAmount)), 1);
        window.begin = () => void sendSlowly(mine, Array(128).fill(new Uint8Array(2 ** 20)));
        await new Promise((done) => (mine.onopen = done));";
    let script = script.replace("SEND_SLOWLY", include_str!("../examples/send-slowly.js"));
    report(&server, &browser, &script).await;
    server.hangs();
    browser.script("begin()").await;
    browser.script("return new Promise((done) => setTimeout(done, 1000))").await;
    server.goes_on();
    let script = "while (answers < 128) await new Promise((done) => setTimeout(done, 20));
        note(most <= 1_000_000 + 2 ** 20)";
    assert_eq!(report(&server, &browser, script).await, "true");
    browser.close().await;
}
