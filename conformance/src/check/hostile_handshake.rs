//! Level 2, hostile: requests that are made to harm, or to be read in two ways.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{
    catalogue::{Check, Judgement},
    handshake::opens,
    headers::{refused, refused_bytes},
    request::Request,
    session::Session,
};

/// A header block that no browser sends, in bytes.
const LARGE: usize = 1024 * 1024;
/// What keeps two bytes from arriving in one read.
const BETWEEN_BYTES: Duration = Duration::from_millis(1);
/// How many bytes are kept from arriving together with the next; the rest come as they may.
const APART: usize = 20;
/// Header lines that no browser sends.
const MANY: usize = 2000;

pub(super) const CHECKS: &[Check] = &[
    Check::new(2, "hostile/byte-at-a-time", "RFC 6455 §4.2.1", byte_at_a_time)
        .hostile()
        .expects("A request that arrives a byte at a time is accepted.")
        .hint("Look for the blank line in all that has come, and search only what is new."),
    Check::new(2, "hostile/silent-handshake", "RFC 6455 §10.4", silent)
        .hostile()
        .expects("Whoever connects and says nothing is dropped after a while.")
        .hint("Give the whole handshake one deadline: silent connections cost memory and a place."),
    Check::new(2, "hostile/dripping-handshake", "RFC 6455 §10.4", dripping)
        .hostile()
        .expects("Whoever sends a request a byte a second is dropped after a while.")
        .hint("The deadline is for the whole request, and a new byte must not extend it."),
    Check::new(2, "hostile/header-bytes", "RFC 6585 §5", header_bytes)
        .hostile()
        .expects("A header block of 1 MiB is refused.")
        .hint("Limit what you collect before the blank line; 431 says why."),
    Check::new(2, "hostile/header-lines", "RFC 6585 §5", header_lines)
        .hostile()
        .expects("A request of 2,000 header lines is refused.")
        .hint("Limit the number of lines as well as their bytes; 431 says why."),
    Check::new(2, "hostile/two-hosts", "RFC 9112 §3.2", two_hosts)
        .hostile()
        .expects("A request with two `Host` lines is refused.")
        .hint("A proxy in front of you may believe the other one: answer with 400."),
    Check::new(2, "hostile/repeated", "RFC 6455 §11.3", repeated)
        .hostile()
        .expects("A key or a version that is there twice is refused.")
        .hint("Both must be there once: answer with 400 or 426."),
    Check::new(2, "hostile/body", "RFC 9112 §6.3", body)
        .hostile()
        .expects("A request that announces a body is refused.")
        .hint("A body that is read as frames, or frames as a body, is how requests are smuggled."),
    Check::new(2, "hostile/malformed-lines", "RFC 9112 §5", malformed)
        .hostile()
        .expects("A folded line, a bare CR, a NUL, and a space before a colon are refused.")
        .hint("Two programs that read a line differently can be played against each other: 400."),
    Check::new(2, "hostile/foreign-origin", "RFC 6455 §10.2", foreign_origin)
        .hostile()
        .fault("F6")
        .expects("A browser's request from a page of another site is refused.")
        .hint("Compare `Origin` with `Host` or with a list, as a whole: any site can open a socket with the visitor's cookies. 403."),
];

fn byte_at_a_time(session: &Session) -> Judgement {
    let mut peer = session.connect()?;
    for (index, byte) in Request::new(session).bytes().into_iter().enumerate() {
        peer.send(&[byte]);
        if index < APART {
            thread::sleep(BETWEEN_BYTES);
        }
    }
    opens(&mut peer).map(drop)
}

fn silent(session: &Session) -> Judgement {
    let mut peer = session.connect()?;
    if peer.fill(Instant::now() + session.options.patience) || peer.ended().is_some() {
        return Ok(());
    }
    let happened = format!("The server waits for more than {:?}", session.options.patience);
    Err(peer.wrong(happened, None))
}

fn dripping(session: &Session) -> Judgement {
    let until = Instant::now() + session.options.patience;
    let mut peer = session.connect()?;
    // It would go on for minutes.
    let request = Request::new(session).first("X-Drip", &"drip".repeat(500)).bytes();
    for byte in request {
        peer.send(&[byte]);
        if peer.fill(Instant::now() + Duration::from_millis(500)) || peer.ended().is_some() {
            return Ok(());
        }
        if Instant::now() > until {
            break;
        }
    }
    let happened = format!("The server waits for more than {:?}", session.options.patience);
    Err(peer.wrong(happened, None))
}

fn header_bytes(session: &Session) -> Judgement {
    refused(session, &Request::new(session).with("X-Large", &"x".repeat(LARGE)), "X-Large")
}

fn header_lines(session: &Session) -> Judgement {
    let lines = (0..MANY).fold(Request::new(session), |request, _| request.with("x", "y"));
    refused(session, &lines, "")
}

fn two_hosts(session: &Session) -> Judgement {
    refused(session, &Request::new(session).with("Host", "other.check"), "Host: other")
}

fn repeated(session: &Session) -> Judgement {
    let key = "kJXuOKsrl3AR1KeFngRElQ==";
    refused(session, &Request::new(session).with("Sec-WebSocket-Key", key), key)?;
    refused(session, &Request::new(session).with("Sec-WebSocket-Version", "13"), "13")
}

fn body(session: &Session) -> Judgement {
    let request = Request::new(session).with("Content-Length", "5").bytes();
    refused_bytes(session, &[request, b"Hello".to_vec()].concat(), "Content")?;
    let request = Request::new(session).with("Transfer-Encoding", "chunked").bytes();
    refused_bytes(session, &[request, b"0\r\n\r\n".to_vec()].concat(), "Transfer")
}

fn malformed(session: &Session) -> Judgement {
    for wrong in ["X-A: a\r\n b\r\n", "X-A: a\rb\r\n", "X-A: a\0b\r\n", "X-A : a\r\n"] {
        let request = Request::new(session).bytes();
        let before_the_blank_line = request.len() - 2;
        let (lines, blank) = request.split_at(before_the_blank_line);
        refused_bytes(session, &[lines, wrong.as_bytes(), blank].concat(), wrong)?;
    }
    Ok(())
}

fn foreign_origin(session: &Session) -> Judgement {
    let host = &session.options.judged.authority;
    let alike = format!("http://{host}.evil.example");
    for origin in ["http://evil.example", "null", &alike] {
        refused(session, &Request::new(session).with("Origin", origin), origin)?;
    }
    Ok(())
}
