//! Which cookies Chromium sends with a WebSocket, and to whose page it shows them. The book shows it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use handshake::accept_key;
use testkit::Browser;

// ANCHOR: cookies
/// The cookies that the chat sets, each with another attribute.
const COOKIES: [&str; 6] = [
    "plain=1",
    "lax=1; SameSite=Lax",
    "strict=1; SameSite=Strict",
    "everywhere=1; SameSite=None; Secure",
    "http_only=1; HttpOnly",
    "__Host-own=1; Secure; Path=/",
];
// ANCHOR_END: cookies

/// Opens a WebSocket to an address, and resolves to the one message that arrives.
const CONNECT: &str = "return new Promise(resolve => {
    new WebSocket('ws://chat.home.localhost:PORT').onmessage = ({ data }) => resolve(data);
})";

/// Serves a page that sets the cookies. It accepts a WebSocket from every page, without a look at
/// `Origin`, and sends it one text: the `Cookie` header of its request.
fn serve() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let port = listener.local_addr().expect("it has an address").port();
    thread::spawn(move || {
        raw_socket::serve_each(&listener, |mut stream: &TcpStream, _| {
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                request.push(byte[0]);
            }
            let _ = stream.write_all(&answer(&String::from_utf8_lossy(&request)));
            let _ = stream.read(&mut byte);
        });
    });
    port
}

fn answer(request: &str) -> Vec<u8> {
    let value =
        |name: &str| request.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    if let Some(key) = value("Sec-WebSocket-Key") {
        let sent = value("Cookie").unwrap_or("no cookie");
        let upgrade = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {}\r\n\r\n",
            accept_key(key)
        );
        let length = u8::try_from(sent.len()).expect("the cookies are short");
        return [upgrade.as_bytes(), &[0x81, length], sent.as_bytes()].concat();
    }
    let is_chat = value("Host").is_some_and(|host| host.starts_with("chat."));
    let set: String = COOKIES.iter().map(|cookie| format!("Set-Cookie: {cookie}\r\n")).collect();
    let set = if is_chat && request.starts_with("GET / ") { set } else { String::new() };
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{set}Content-Length: 2\r\n\
         Connection: close\r\n\r\nhi"
    )
    .into_bytes()
}

/// The names of these cookies: `plain=1; lax=1` has `plain, lax`.
fn names(cookies: &str) -> String {
    let names = cookies.split("; ").map(|cookie| cookie.trim_end_matches("=1"));
    names.collect::<Vec<_>>().join(", ")
}

/// RFC 6455 §10.2 and §10.5: a cookie alone does not say whose page asks. `SameSite` keeps it from
/// the pages of other sites, but another port and a sibling name are the same site.
#[tokio::test]
#[ignore = "needs Chromium and its driver: just setup"]
async fn a_page_of_the_same_site_sends_the_cookies_of_the_chat() {
    let (chat, other) = (serve(), serve());
    let home = format!("http://chat.home.localhost:{chat}/");
    let blog = format!("http://blog.home.localhost:{other}/attack");
    let evil = format!("http://evil.localhost:{other}/attack");
    let browser = Browser::start_with_third_party_cookies(true).await;
    let blocking = Browser::start_with_third_party_cookies(false).await;
    browser.goto(&home).await;
    blocking.goto(&home).await;
    let readable = browser.script("return document.cookie").await;
    let mut told = "The script of the chat's page can read:\n".to_owned();
    writeln!(told, "  {}\n", names(readable.as_str().unwrap())).unwrap();
    let connect = CONNECT.replace("PORT", &chat.to_string());
    let pages = [
        (&browser, &home, "the chat's own page"),
        (&browser, &home.replace(&chat.to_string(), &other.to_string()), "another port"),
        (&browser, &blog, "a sibling name, which is the same site"),
        (&browser, &evil, "another site"),
        (&blocking, &evil, "the same, and the browser blocks third-party cookies"),
    ];
    for (browser, url, what) in pages {
        browser.goto(url).await;
        let sent = browser.script(&connect).await;
        let host = url.split('/').nth(2).unwrap();
        let host = host.replace(&chat.to_string(), "CHAT").replace(&other.to_string(), "OTHER");
        writeln!(told, "{host}: {what}\n  {}", names(sent.as_str().unwrap())).unwrap();
    }
    // A page of the same site may also set cookies for the whole site.
    browser.goto(&blog).await;
    let plant = "for (const name of ['planted', '__Host-planted'])
        document.cookie = `${name}=1; Domain=home.localhost; Path=/; Secure`";
    browser.script(plant).await;
    let sent = browser.script(&connect).await;
    let received: Vec<&str> = sent.as_str().unwrap().split("; ").collect();
    told += "\nThe page at blog.home.localhost sets cookies for home.localhost:\n";
    for name in ["planted", "__Host-planted"] {
        let is_received = received.contains(&format!("{name}=1").as_str());
        let what = if is_received { "the chat receives it" } else { "the browser refuses it" };
        writeln!(told, "  {name}: {what}").unwrap();
    }
    insta::assert_snapshot!("cookies", told);
    browser.close().await;
    blocking.close().await;
}
