//! What an event costs by each of the three ways, in bytes on the wire. The book shows it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fmt::{Display, Write as _};
use std::future::pending;
use std::io::{Read, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use event_log::{Draft, EventLog};
use polling::{VOTES, routes, topics};
use support::{Member, start};
use testkit::{Frame, PATIENCE};
use tokio::net::TcpListener;
use web::Origins;
use web::server::{HttpCounts, HttpLimits, guarded, serve};

mod support;

/// What Chromium sends with every `fetch`, without a cookie.
const HEADERS: &str = "Host: 127.0.0.1:9006\r\n\
    Connection: keep-alive\r\n\
    sec-ch-ua-platform: \"Linux\"\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/140.0.0.0 Safari/537.36\r\n\
    sec-ch-ua: \"Chromium\";v=\"140\", \"Not?A_Brand\";v=\"24\"\r\n\
    sec-ch-ua-mobile: ?0\r\n\
    Accept: */*\r\n\
    Sec-Fetch-Site: same-origin\r\n\
    Sec-Fetch-Mode: cors\r\n\
    Sec-Fetch-Dest: empty\r\n\
    Referer: http://127.0.0.1:9006/compare\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    Accept-Language: en-US,en;q=0.9\r\n";
/// What it sends to open a WebSocket.
const HANDSHAKE: &str = "GET /vote/socket?hello HTTP/1.1\r\n\
    Host: 127.0.0.1:9006\r\n\
    Connection: Upgrade\r\n\
    Pragma: no-cache\r\n\
    Cache-Control: no-cache\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/140.0.0.0 Safari/537.36\r\n\
    Upgrade: websocket\r\n\
    Origin: http://127.0.0.1:9006\r\n\
    Sec-WebSocket-Version: 13\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    Accept-Language: en-US,en;q=0.9\r\n\
    Sec-WebSocket-Key: kJXuOKsrl3AR1KeFngRElQ==\r\n\
    Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n";

/// Bytes that go up, and bytes that come down.
type Cost = (u64, u64);

/// Sends a request, and reads the whole answer.
fn costs(address: SocketAddr, request: &str) -> Cost {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    let head = String::from_utf8(answer).unwrap().to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    (request.len() as u64, (head.len() + body.len()) as u64)
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\n{HEADERS}\r\n")
}

/// Returns a request for the votes after this one.
fn votes_after(id: impl Display, wait: &str) -> String {
    get(&format!("/votes?after={id}{wait}"))
}

/// Returns the cost of an empty answer to a long poll. This server holds it for a moment only, so
/// that the test does not wait for ten seconds.
async fn empty_long_poll() -> Cost {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let hold_time = Duration::from_millis(1);
    let log = EventLog::in_memory(topics(1));
    log.append(Draft::new(VOTES, "a vote", "Ada")).unwrap();
    let request = votes_after(log.newest(VOTES), "");
    let polls = routes(log, hold_time);
    let router = guarded(polls, Origins::default(), hold_time, HttpCounts::default());
    tokio::spawn(serve(listener, router, HttpLimits::default(), HttpCounts::default(), pending()));
    tokio::task::spawn_blocking(move || costs(address, &request)).await.unwrap()
}

/// S14: the same ten votes by each way, with the bytes that one question, one answer and one frame
/// really take. TCP's and IP's own headers come on top, at 40 bytes or more a packet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_is_open_for_an_hour_pays_for_its_ten_votes() {
    let server = start(&[]);
    let mut member = Member::connects(&server, "/vote/socket");
    member.hears();
    // The pages are open, and have seen one vote.
    let seen = member.says(r#"{"candidate": "Ada", "key": "seen"}"#).hears()["id"].take();
    let seen = seen.as_str().unwrap();
    let empty_short = costs(server.address(), &votes_after(seen, "&wait=0"));
    let empty_long = empty_long_poll().await;
    let ballot = r#"{"candidate": "Ada", "key": "0123456789abcdef0123456789abcdef"}"#;
    let vote = member.says(ballot).hears_text();
    let frame = |text: &str| Frame::text(text).unmasked().bytes().len() as u64;
    let one_vote = (0, frame(&vote));
    let short = costs(server.address(), &votes_after(seen, "&wait=0"));
    let long = costs(server.address(), &votes_after(seen, ""));
    let handshake = costs(server.address(), HANDSHAKE);
    // A page sends a hello first and receives the counts. Its frames have a masking key.
    let mut page = Member::connects(&server, "/vote/socket?hello");
    let says = |member: &mut Member, text: &str| {
        let up = Frame::text(text).bytes().len() as u64;
        (up, frame(&member.says(text).hears_text()))
    };
    let hello = says(&mut page, r#"{"hello":{"session":"0123456789abcdef0123456789abcdef"}}"#);
    let handshake = (handshake.0 + hello.0, handshake.1 + hello.1);
    let ping = says(&mut page, r#"{"ping":true}"#);

    let mut told = format!("{:42} {:>9} {:>9}\n", "bytes", "up", "down");
    for (what, cost) in [
        ("short polling, a question in vain", empty_short),
        ("short polling, one that brings a vote", short),
        ("long polling, a question in vain", empty_long),
        ("long polling, one that brings a vote", long),
        ("WebSocket, the handshake and the hello", handshake),
        ("WebSocket, a vote", one_vote),
        ("WebSocket, a ping and its pong", ping),
    ] {
        writeln!(told, "{what:42} {:>9} {:>9}", cost.0, cost.1).unwrap();
    }
    writeln!(
        told,
        "\n{:42} {:>9} {:>9}",
        "an hour with a vote every six minutes", "questions", "bytes"
    )
    .unwrap();
    for (what, questions, parts) in [
        ("short polling, every 2 s", 1_800, vec![(1_790, empty_short), (10, short)]),
        ("long polling, held for 10 s", 360, vec![(350, empty_long), (10, long)]),
        (
            "WebSocket, a ping after 15 s of silence",
            1,
            vec![(1, handshake), (10, one_vote), (240, ping)],
        ),
    ] {
        let bytes: u64 = parts.iter().map(|(count, cost)| count * (cost.0 + cost.1)).sum();
        writeln!(told, "{what:42} {questions:>9} {bytes:>9}").unwrap();
    }
    insta::assert_snapshot!("costs", told);
}
