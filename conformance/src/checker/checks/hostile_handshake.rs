//! Level 2, hostile: requests that are made to do harm, or that two programs may read differently.

use std::thread;
use std::time::{Duration, Instant};

use crate::checker::check::Check;
use crate::checker::session::Session;
use crate::checker::wire::stop::Judgement;

/// The size in bytes of a header block that no browser sends.
const LARGE: usize = 1024 * 1024;
/// The time between two bytes that must not arrive in one read.
const BETWEEN_BYTES: Duration = Duration::from_millis(1);
/// How many bytes are sent with a pause after them.
const APART: usize = 20;
/// The time between two bytes of a slow request.
const DRIP: Duration = Duration::from_millis(500);
/// A number of header lines that no browser sends.
const MANY: usize = 2000;

pub(crate) const CHECKS: &[Check] = &[
    Check::hostile(2, "hostile/byte-at-a-time", "RFC 6455 §4.2.1", byte_at_a_time)
        .expects("A request that arrives a byte at a time is accepted.")
        .hint("Look for the blank line in all that has arrived, and search only what is new."),
    Check::hostile(2, "hostile/silent-handshake", "RFC 6455 §10.4", |session| {
        let mut peer = session.connect()?;
        let until = Instant::now() + session.options.patience;
        if peer.fill(until) || peer.ended.is_some() { Ok(()) } else { Err(session.waits(&peer)) }
    })
    .expects("A client that connects and sends nothing is dropped after a while.")
    .hint("Give the whole handshake one deadline: silent connections use memory and count against the limit on connections."),
    Check::hostile(2, "hostile/dripping-handshake", "RFC 6455 §10.4", dripping)
        .expects("A client that sends two bytes a second of its request is dropped after a while.")
        .hint("The deadline is for the whole request, and a new byte must not extend it."),
    Check::hostile(2, "hostile/header-bytes", "RFC 6585 §5", |session| {
        session.refuses(&session.request().with("X-Large", &"x".repeat(LARGE)), "X-Large")
    })
    .expects("A header block of 1 MiB is refused.")
    .hint("Limit the bytes that you collect before the blank line, and answer with 431."),
    Check::hostile(2, "hostile/header-lines", "RFC 6585 §5", |session| {
        let lines = (0..MANY).fold(session.request(), |request, _| request.with("x", "y"));
        session.refuses(&lines, "")
    })
    .expects("A request of 2,000 header lines is refused.")
    .hint("Limit the number of lines as well as their bytes, and answer with 431."),
    Check::hostile(2, "hostile/two-hosts", "RFC 9112 §3.2", |session| {
        session.refuses_itself(&session.request().with("Host", "other.check"), "Host: other")
    })
    .expects("A request with two `Host` lines is refused.")
    .hint("A proxy in front of you may believe the other one: answer with 400."),
    Check::hostile(2, "hostile/repeated", "RFC 6455 §11.3", |session| {
        session.refuses(&session.request().with("Sec-WebSocket-Version", "13"), "13")
    })
    .expects("A request that has two versions is refused, even if both are 13.")
    .hint("The header must be there exactly once: answer with 400 or 426."),
    Check::hostile(2, "hostile/body", "RFC 9112 §6.3", |session| {
        let request = session.request().with("Content-Length", "5").bytes();
        let refused = session.refuses_bytes(&[request, b"Hello".to_vec()].concat(), "Content");
        session.unless_a_proxy_answers(refused)?;
        let request = session.request().with("Transfer-Encoding", "chunked").bytes();
        let bytes = [request, b"0\r\n\r\n".to_vec()].concat();
        session.unless_a_proxy_answers(session.refuses_bytes(&bytes, "Transfer"))
    })
    .expects("A request that announces a body is refused.")
    .hint("If you read a body as frames and a proxy does not, or the other way round, an attacker can smuggle requests."),
    Check::hostile(2, "hostile/malformed-lines", "RFC 9112 §5", malformed)
        .expects("A folded line, a bare CR, a NUL (also in the request line), and a space before a colon are refused.")
        .hint("An attacker can use two programs that read a line differently: answer with 400."),
    Check::hostile(2, "hostile/foreign-origin", "RFC 6455 §10.2", |session| {
        let alike = format!("http://{}.evil.example", session.options.target.authority);
        ["http://evil.example", "null", &alike].iter().try_for_each(|origin| {
            let request = session.request().without("Origin").with("Origin", origin);
            session.refuses(&request, origin)
        })
    })
    .fault("F6")
    .expects("A browser's request from a page of another site is refused.")
    .hint("Compare the whole `Origin` with a list of your own: any site can open a socket to your server, perhaps with the visitor's cookies. Answer with 403."),
];

fn byte_at_a_time(session: &Session) -> Judgement {
    let mut peer = session.connect()?;
    for (index, byte) in session.request().bytes().into_iter().enumerate() {
        peer.send(&[byte]);
        if index < APART {
            thread::sleep(BETWEEN_BYTES);
        }
    }
    peer.opens()
}

fn dripping(session: &Session) -> Judgement {
    let until = Instant::now() + session.options.patience;
    let mut peer = session.connect()?;
    // At this rate it would go on for minutes.
    for byte in session.request().first("X-Drip", &"drip".repeat(500)).bytes() {
        peer.send(&[byte]);
        if peer.fill(Instant::now() + DRIP) || peer.ended.is_some() {
            return Ok(());
        }
        if Instant::now() > until {
            break;
        }
    }
    Err(session.waits(&peer))
}

fn malformed(session: &Session) -> Judgement {
    let request = session.request().bytes();
    let (lines, blank) = request.split_at(request.len() - 2);
    ["X-A: a\r\n b\r\n", "X-A: a\rb\r\n", "X-A: a\0b\r\n", "X-A : a\r\n"].iter().try_for_each(
        |wrong| {
            let bytes = [lines, wrong.as_bytes(), blank].concat();
            session.unless_a_proxy_answers(session.refuses_bytes(&bytes, wrong))
        },
    )?;
    // The request line is a line, too.
    let target_end = request.windows(9).position(|bytes| bytes == b" HTTP/1.1").unwrap_or(0);
    let (method_and_target, version) = request.split_at(target_end);
    let bytes = [method_and_target, b"\0", version].concat();
    session.unless_a_proxy_answers(session.refuses_bytes(&bytes, "\0"))
}
