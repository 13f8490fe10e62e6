//! How the running server answers requests that are wrong, or look wrong: a table for each rule. A
//! refused client receives its answer, and then the connection is closed.

use testkit::{Server, Wire};

/// A request that follows every rule. Each row of a table replaces a part of it.
const GOOD: &str = "GET /chat HTTP/1.1\r\n\
     Host: localhost\r\n\
     Upgrade: websocket\r\n\
     Connection: Upgrade\r\n\
     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
     Sec-WebSocket-Version: 13\r\n\r\n";

/// The parts of it that rows replace.
const HOST: &str = "Host: localhost\r\n";
const UPGRADE: &str = "Upgrade: websocket\r\n";
const CONNECTION: &str = "Connection: Upgrade\r\n";
const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const VERSION: &str = "Sec-WebSocket-Version: 13\r\n";
const END: &str = "\r\n\r\n";
const HTTP_1_1_AND_HOST: &str = " HTTP/1.1\r\nHost: localhost\r\n";

/// Headers of an answer that tell how to do better.
const ADVICE: [&str; 3] = ["Allow", "Upgrade", "Sec-WebSocket-Version"];

/// Sends the good request once for each row, with the row's change, and lists the answers.
fn answers(rows: &[(&str, &str, &str)]) -> String {
    let server = Server::start(env!("CARGO_BIN_EXE_handshake"), &[]);
    rows.iter().map(|row| answer(&server, row)).collect()
}

fn answer(server: &Server, (what, good, bad): &(&str, &str, &str)) -> String {
    assert!(GOOD.contains(good), "{what}: {good:?} is not a part of the request");
    let mut wire = Wire::connect(server);
    let response = wire.sends_text(&GOOD.replacen(good, bad, 1)).expects_response();
    let advice: String = ADVICE
        .iter()
        .filter(|_| response.status != 101)
        .filter_map(|name| response.header(name).map(|value| format!(" [{name}: {value}]")))
        .collect();
    let said = match response.status {
        101 => "Switching Protocols".to_owned(),
        200 => "the page".to_owned(),
        _ => response.text().trim_end().to_owned(),
    };
    // RFC 9110 §6.6.1.
    assert!(response.header("Date").is_some_and(|date| date.ends_with(" GMT")), "{what}");
    if response.status != 101 {
        assert!(response.header("Connection").is_some_and(|how| how.ends_with("close")), "{what}");
        wire.expects_end();
    }
    format!("{what}\n    {} {said}{advice}\n", response.status)
}

/// RFC 6455 §4.2.1: "an HTTP/1.1 or higher GET request". The tutorials upgrade anything (fault F3).
#[test]
fn only_a_get_in_http_1_1_is_upgraded() {
    let table = answers(&[
        ("as it should be", "GET", "GET"),
        ("POST", "GET", "POST"),
        ("OPTIONS", "GET", "OPTIONS"),
        ("a method nobody knows", "GET", "PAINT"),
        ("get, for methods have case", "GET", "get"),
        ("HTTP/1.0", "HTTP/1.1", "HTTP/1.0"),
        ("HTTP/1.0, without a Host", HTTP_1_1_AND_HOST, " HTTP/1.0\r\n"),
        ("HTTP/1.2, which is like 1.1", "HTTP/1.1", "HTTP/1.2"),
        ("HTTP/1.9", "HTTP/1.1", "HTTP/1.9"),
        ("HTTP/2.0", "HTTP/1.1", "HTTP/2.0"),
        ("HTTP/0.9", "HTTP/1.1", "HTTP/0.9"),
        ("HTTP/1.10", "HTTP/1.1", "HTTP/1.10"),
        ("http/1.1", "HTTP/1.1", "http/1.1"),
        ("a POST in HTTP/1.0", "GET /chat HTTP/1.1", "POST /chat HTTP/1.0"),
    ]);
    insta::assert_snapshot!(table);
}

/// RFC 9112 §3.2, and RFC 6455 §4.2.1.
#[test]
fn there_is_one_host() {
    let table = answers(&[
        ("with a port", HOST, "Host: chat.example:9002\r\n"),
        ("with an empty port", HOST, "Host: localhost:\r\n"),
        ("an address", HOST, "Host: [::1]:9002\r\n"),
        ("none", HOST, ""),
        ("two", HOST, "Host: chat.example\r\nHost: evil.example\r\n"),
        ("the same one twice", HOST, "Host: chat.example\r\nHost: chat.example\r\n"),
        ("an empty one", HOST, "Host:\r\n"),
        ("with a user", HOST, "Host: somebody@chat.example\r\n"),
        ("with a path", HOST, "Host: chat.example/chat\r\n"),
        ("with a space", HOST, "Host: chat example\r\n"),
        ("a port alone", HOST, "Host: :44\r\n"),
        ("an address that is not one", HOST, "Host: [zz]\r\n"),
        ("not ASCII", HOST, "Host: é.example\r\n"),
        ("with a port that is not a number", HOST, "Host: chat.example:ninety\r\n"),
        ("with a port over 65535", HOST, "Host: chat.example:90020\r\n"),
        ("a list", HOST, "Host: chat.example, evil.example\r\n"),
    ]);
    insta::assert_snapshot!(table);
}

/// RFC 6455 §4.2.1: tokens in lists, in any case (fault F2), and without them no upgrade (fault F3).
#[test]
fn upgrade_and_connection_hold_their_tokens() {
    let both_gone = UPGRADE.to_owned() + CONNECTION;
    let all_gone = both_gone.clone() + KEY + VERSION;
    let table = answers(&[
        ("in any case", UPGRADE, "upgrade: WebSocket\r\n"),
        ("a list", UPGRADE, "Upgrade: h2c , websocket\r\n"),
        ("a list over two lines", UPGRADE, "Upgrade: h2c\r\nUpgrade: websocket\r\n"),
        ("Connection in any case", CONNECTION, "CONNECTION: upgrade\r\n"),
        ("Connection as Firefox sends it", CONNECTION, "Connection: keep-alive, Upgrade\r\n"),
        (
            "Connection over two lines",
            CONNECTION,
            "Connection: keep-alive\r\nConnection: Upgrade\r\n",
        ),
        ("no Upgrade", UPGRADE, ""),
        ("another Upgrade", UPGRADE, "Upgrade: h2c\r\n"),
        ("a longer word", UPGRADE, "Upgrade: websockets\r\n"),
        ("two words that are no list", UPGRADE, "Upgrade: h2c websocket\r\n"),
        ("no Connection", CONNECTION, ""),
        ("another Connection", CONNECTION, "Connection: keep-alive\r\n"),
        ("neither, but a key", &both_gone, ""),
        ("nothing of WebSocket: a visit", &all_gone, ""),
    ]);
    insta::assert_snapshot!(table);
}

/// RFC 6455 §4.4, and RFC 9110 §15.5.22: the answer says what the server speaks.
#[test]
fn the_version_is_13() {
    let table = answers(&[
        ("none", VERSION, ""),
        ("8", VERSION, "Sec-WebSocket-Version: 8\r\n"),
        ("013", VERSION, "Sec-WebSocket-Version: 013\r\n"),
        ("a list", VERSION, "Sec-WebSocket-Version: 13, 8\r\n"),
        ("empty", VERSION, "Sec-WebSocket-Version:\r\n"),
        ("twice", VERSION, "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13\r\n"),
    ]);
    insta::assert_snapshot!(table);
}

/// RFC 6455 §4.2.1: "a base64-encoded value that, when decoded, is 16 bytes in length".
#[test]
fn the_key_is_sixteen_bytes_in_base64() {
    let table = answers(&[
        (
            "of a real browser, its name in lower case",
            KEY,
            "sec-websocket-key: kJXuOKsrl3AR1KeFngRElQ==\r\n",
        ),
        ("with + and /", KEY, "Sec-WebSocket-Key: +/+/+/+/+/+/+/+/+/+/+A==\r\n"),
        ("none", KEY, ""),
        ("empty", KEY, "Sec-WebSocket-Key:\r\n"),
        ("twice", KEY, &KEY.repeat(2)),
        ("15 bytes", KEY, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n"),
        ("17 bytes", KEY, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSE=\r\n"),
        ("16 characters, not bytes", KEY, "Sec-WebSocket-Key: dGhlIHNhbXBsZSA=\r\n"),
        ("without its padding", KEY, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n"),
        ("with bits in the padding", KEY, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==\r\n"),
        ("of another alphabet", KEY, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub2_-ZQ==\r\n"),
        ("no base64", KEY, "Sec-WebSocket-Key: let me in, please!!!!!!!\r\n"),
    ]);
    insta::assert_snapshot!(table);
}

/// RFC 9110 §2.5 and §15.6.6: the version is about the upgrade. A visit is answered in any 1.x.
#[test]
fn a_visit_is_answered_in_every_minor_version() {
    // The version and all header lines.
    let all = &GOOD["GET /chat ".len()..GOOD.len() - END.len()];
    let table = answers(&[
        ("HTTP/1.1", all, "HTTP/1.1\r\nHost: localhost"),
        ("HTTP/1.0", all, "HTTP/1.0\r\nHost: localhost"),
        ("HTTP/1.0 without a Host", all, "HTTP/1.0"),
        ("HTTP/1.0 with two", all, "HTTP/1.0\r\nHost: localhost\r\nHost: localhost"),
        ("HTTP/1.1 without a Host", all, "HTTP/1.1"),
        ("HTTP/1.2", all, "HTTP/1.2\r\nHost: localhost"),
        ("HTTP/2.0", all, "HTTP/2.0\r\nHost: localhost"),
        ("an unknown host", all, "HTTP/1.1\r\nHost: evil.example"),
    ]);
    insta::assert_snapshot!(table);
}

/// RFC 9112 §6.3: a body that is not read would be taken for frames.
#[test]
fn a_handshake_has_no_body() {
    let table = answers(&[
        ("a length of nothing", END, "\r\nContent-Length: 0\r\n\r\n"),
        ("a length", END, "\r\nContent-Length: 5\r\n\r\nhello"),
        ("two lengths", END, "\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello"),
        ("a length that is none", END, "\r\nContent-Length: -0\r\n\r\n"),
        ("chunks", END, "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ]);
    insta::assert_snapshot!(table);
}

/// RFC 9112 §2.2, §3 and §5: two programs that disagree about where a line ends can be played
/// against each other.
#[test]
fn lines_are_as_http_writes_them() {
    let table = answers(&[
        ("an empty line before the request", "GET", "\r\nGET"),
        ("two empty lines before it", "GET", "\r\n\r\nGET"),
        ("a line folded into two", HOST, "Host: local\r\n host\r\n"),
        ("a bare CR", HOST, "Host: chat.example\rX: y\r\n"),
        ("a bare CR in the request line", "/chat", "/chat\rX"),
        ("a bare LF", HOST, "Host: chat.example\n"),
        ("a NUL", HOST, "Host: chat.example\0\r\n"),
        ("a space before the colon", HOST, "Host : chat.example\r\n"),
        ("no colon", HOST, "Host chat.example\r\n"),
        ("no name", HOST, ": chat.example\r\n"),
        ("a name that is no token", HOST, "H(st: chat.example\r\n"),
        ("no target", "GET /chat ", "GET "),
        ("a target with a space", "/chat", "/chat room"),
        ("a target that is no path", "/chat", "chat"),
        ("a target with a fragment", "/chat", "/chat#room"),
        ("a target with a quote", "/chat", "/chat\"room"),
        ("a target with a backslash", "/chat", "/chat\\room"),
        ("a target that is not ASCII", "/chat", "/é"),
        ("a target with half an escape", "/chat", "/%zz"),
        ("a target with a tab between", " /chat", "\t/chat"),
        ("two spaces before the target", " /chat", "  /chat"),
        ("a whole URL, as to a proxy", "/chat", "http://localhost/chat"),
        ("a whole URL with a fragment", "/chat", "http://localhost/chat#room"),
        ("a method that is not a token", "GET", "G(T"),
        ("no version", " HTTP/1.1", ""),
        ("another protocol", "GET /chat HTTP/1.1\r\n", "EHLO chat.example\r\n"),
    ]);
    insta::assert_snapshot!(table);
}

/// RFC 6455 §10.2: any page can open a socket with the visitor's cookies, and `Origin` tells whose
/// page it is (fault F6).
#[test]
fn a_page_of_another_origin_is_refused() {
    let table = answers(&[
        ("none: not a browser", END, END),
        ("the server's own", END, "\r\nOrigin: http://localhost\r\n\r\n"),
        ("behind a proxy that ends TLS", END, "\r\nOrigin: https://localhost\r\n\r\n"),
        ("another site", END, "\r\nOrigin: http://evil.example\r\n\r\n"),
        (
            "another site at its own name: DNS rebinding",
            "Host: localhost\r\n",
            "Host: evil.example\r\nOrigin: http://evil.example\r\n",
        ),
        ("another port", END, "\r\nOrigin: http://localhost:8080\r\n\r\n"),
        ("a page without an origin", END, "\r\nOrigin: null\r\n\r\n"),
        ("a good beginning", END, "\r\nOrigin: http://localhost.evil.example\r\n\r\n"),
        ("a good end", END, "\r\nOrigin: http://evil-localhost\r\n\r\n"),
        ("a good user", END, "\r\nOrigin: http://localhost@evil.example\r\n\r\n"),
        ("two lines", END, "\r\nOrigin: http://localhost\r\nOrigin: http://evil.example\r\n\r\n"),
        // RFC 9112 §3.2.2: the host in the target counts.
        (
            "another host in the target",
            "/chat HTTP/1.1\r\nHost: localhost\r\n",
            "http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n",
        ),
        (
            "the same host in the target",
            "/chat HTTP/1.1\r\nHost: localhost\r\n",
            "http://127.0.0.1/ HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://127.0.0.1\r\n",
        ),
    ]);
    insta::assert_snapshot!(table);
}

/// RFC 6455 §4.1: a list of distinct tokens. Without `--subprotocol`, none is spoken.
#[test]
fn subprotocols_are_a_list_of_distinct_tokens() {
    let table = answers(&[
        ("two, of which none is spoken", END, "\r\nSec-WebSocket-Protocol: chat, mqtt\r\n\r\n"),
        ("one of them twice", END, "\r\nSec-WebSocket-Protocol: chat, chat\r\n\r\n"),
        ("not a token", END, "\r\nSec-WebSocket-Protocol: chat room\r\n\r\n"),
        ("none at all", END, "\r\nSec-WebSocket-Protocol:\r\n\r\n"),
    ]);
    insta::assert_snapshot!(table);
}

/// RFC 6455 §4.2.1 and §9.1: what breaks the grammar is refused, what we do not know is passed over.
#[test]
fn extensions_keep_to_their_grammar() {
    let extensions = |list: &str| format!("\r\nSec-WebSocket-Extensions: {list}\r\n\r\n");
    let rows = [
        ("one that nobody knows", "x-shorthand; level=3; fast"),
        ("a value in quotes, and spaces", "x ; level = \"3\" , y"),
        ("a backslash within quotes", "x; level=\"\\3\""),
        ("a list over two lines", "x\r\nSec-WebSocket-Extensions: y"),
        ("no entry", ""),
        ("commas alone", ","),
        ("no name", "; level=3"),
        ("no parameter", "x;"),
        ("no name of a parameter", "x; =3"),
        ("no value", "x; level="),
        ("a space within a name", "x y"),
        ("a space within quotes", "x; level=\"3 4\""),
        ("a list within quotes", "x; level=\"3, permessage-deflate\""),
        ("a quote that is not closed", "x; level=\"3"),
        ("a quote that a backslash opens again", "x; level=\"3\\\""),
        ("a backslash after a backslash", "x; level=\"3\\\\4\""),
        ("not ASCII", "x; level=é"),
    ]
    .map(|(what, list)| (what, extensions(list)));
    let rows: Vec<_> = rows.iter().map(|(what, bad)| (*what, END, bad.as_str())).collect();
    insta::assert_snapshot!(answers(&rows));
}

/// RFC 6585 §5, and RFC 6455 §10.4: a stranger does not decide how much we hold.
#[test]
fn a_header_block_has_limits() {
    let cookies = |count: usize| format!("\r\n{}\r\n", "Cookie: a=b\r\n".repeat(count));
    // The other lines of the request are five.
    let (lines_64, lines_65) = (cookies(59), cookies(60));
    let cookie = |size: usize| format!("\r\nCookie: {}\r\n\r\n", "c".repeat(size));
    let without_cookie = GOOD.len() + "Cookie: \r\n".len();
    let bytes = |count: usize| cookie(count - without_cookie);
    let (bytes_16384, bytes_16385) = (bytes(16 * 1024), bytes(16 * 1024 + 1));
    let endless = "c".repeat(64 * 1024);
    let table = answers(&[
        ("64 lines", END, &lines_64),
        ("65 lines", END, &lines_65),
        ("9 KiB of cookies", END, &cookie(9 * 1024)),
        ("16384 bytes", END, &bytes_16384),
        ("16385 bytes", END, &bytes_16385),
        ("64 KiB and no end", END, &endless),
    ]);
    insta::assert_snapshot!(table);
}
