//! Level 2: requests that must be answered with 101, and what the answer must say.

use super::{
    catalogue::{Check, Judgement, Stop},
    conversation::Answer,
    peer::Peer,
    record::Mark,
    request::{KEY, Request},
    response::{Response, accept},
    session::{Session, received},
};

pub(super) const CHECKS: &[Check] = &[
    Check::new(2, "handshake/upgrade", "RFC 6455 §4.2.2", upgrade)
        .needs(&["tcp/client-first"])
        .expects("A correct opening handshake is answered with 101.")
        .hint(
            "The answer begins with `HTTP/1.1 101 Switching Protocols` and ends with a blank line.",
        ),
    Check::new(2, "handshake/accept", "RFC 6455 §4.2.2", accept_value)
        .fault("F2")
        .expects("`Sec-WebSocket-Accept` is the base64 of the SHA-1 of the key and the GUID.")
        .hint(
            "Take the key as it stands, without spaces around it; append the GUID; hash the text.",
        ),
    Check::new(2, "handshake/upgrade-answered", "RFC 6455 §4.2.2", upgrade_answered)
        .expects("The answer has `Upgrade: websocket`.")
        .hint("Clients fail the connection without it (§4.1)."),
    Check::new(2, "handshake/connection-answered", "RFC 6455 §4.2.2", connection_answered)
        .expects("The answer has `Connection: Upgrade`.")
        .hint("Clients fail the connection without it (§4.1)."),
    Check::new(2, "handshake/segments", "RFC 9112 §2.2", segments)
        .fault("F1")
        .expects("A request that arrives in two segments is read whole, then answered.")
        .hint("TCP cuts where it likes: read until the blank line, in a loop."),
    Check::new(2, "handshake/large-request", "RFC 9112 §2.2", large_request)
        .fault("F1")
        .expects("A request of 2 KiB is answered like any other.")
        .hint("Browsers send cookies: 1 KiB is not enough, 8 KiB is usual."),
    Check::new(2, "handshake/names-in-any-case", "RFC 9112 §5.1", names)
        .fault("F2")
        .expects("Names of headers are understood in lower and in upper case.")
        .hint("Compare names without regard to case."),
    Check::new(2, "handshake/tokens-in-any-case", "RFC 6455 §4.2.1", tokens)
        .fault("F2")
        .expects("`Upgrade: WebSocket` and `Connection: upgrade` are as good as any.")
        .hint("Compare these two values without regard to case."),
    Check::new(2, "handshake/connection-list", "RFC 6455 §4.2.1", list)
        .fault("F2")
        .expects("`Connection: keep-alive, Upgrade` holds the token that it must.")
        .hint("The value is a list: split it at its commas. Firefox sends it so."),
    Check::new(2, "handshake/values-with-colons", "RFC 9112 §5", colons)
        .fault("F2")
        .expects("A value with colons in it does no harm, nor does one without a space before it.")
        .hint("Split a line at its first colon only."),
    Check::new(2, "handshake/extension", "RFC 6455 §9.1", extension)
        .expects("No extension is answered that was not offered.")
        .hint(
            "Leave `Sec-WebSocket-Extensions` out unless the client has offered one that you know.",
        ),
    Check::new(2, "handshake/subprotocol", "RFC 6455 §4.2.2", subprotocol)
        .expects("At most one subprotocol is answered, and one that was offered.")
        .hint("Leave `Sec-WebSocket-Protocol` out, or choose one of those in the request."),
];

fn upgrade(session: &Session) -> Judgement {
    let mut peer = session.connect()?;
    peer.send(&Request::new(session).bytes());
    opens(&mut peer).map(drop)
}

/// Expects 101.
pub(super) fn opens(peer: &mut Peer) -> Result<Response, Stop> {
    match peer.answer() {
        Answer::Response(response) if response.status == 101 => Ok(response),
        Answer::Response(response) => {
            let happened = format!("The server answered with {}", response.status);
            Err(peer.wrong(happened, received("HTTP/1.1 ".len() as u64)))
        }
        Answer::Broken(offset) => {
            Err(peer.wrong("The answer is no HTTP response", received(offset)))
        }
        Answer::Ended(how) => Err(peer.wrong(format!("The server {how} without an answer"), None)),
        Answer::Quiet => Err(peer.wrong("The server did not answer", None)),
    }
}

/// Sends a request that is right, and expects 101 with the right key.
fn accepts(session: &Session, request: &Request) -> Judgement {
    let mut peer = session.connect()?;
    peer.send(&request.bytes());
    opens(&mut peer).map(drop)
}

fn accept_value(session: &Session) -> Judgement {
    // Two keys, in case somebody has learned the standard's example by heart.
    for key in [KEY, "kJXuOKsrl3AR1KeFngRElQ=="] {
        let (peer, response) =
            session.open_with(&Request::new(session).set("Sec-WebSocket-Key", key))?;
        let (values, due) = (response.all("sec-websocket-accept"), accept(key));
        if values != [&due] {
            let mark = value_mark(&response, "sec-websocket-accept");
            let said = if values.is_empty() { "nothing".to_owned() } else { values.join(", ") };
            let happened = format!("For {key} the server answered {said} and not {due}");
            return Err(peer.wrong(happened, mark));
        }
    }
    Ok(())
}

/// A mark under the value of a header of the answer.
fn value_mark(response: &Response, name: &str) -> Option<Mark> {
    response.offset(name).map(|offset| received(offset + name.len() as u64 + 2))
}

fn upgrade_answered(session: &Session) -> Judgement {
    answered(session, "upgrade", "websocket")
}

fn connection_answered(session: &Session) -> Judgement {
    answered(session, "connection", "upgrade")
}

fn answered(session: &Session, name: &str, token: &str) -> Judgement {
    let (peer, response) = session.open_with(&Request::new(session))?;
    if response.has_token(name, token) {
        return Ok(());
    }
    let happened = match response.all(name)[..] {
        [] => format!("The answer has no `{name}`"),
        [value, ..] => format!("The answer has `{name}: {value}`"),
    };
    Err(peer.wrong(happened, value_mark(&response, name)))
}

fn segments(session: &Session) -> Judgement {
    let bytes = Request::new(session).bytes();
    let mut peer = session.connect()?;
    let (first, second) = bytes.split_at(bytes.len() / 2);
    peer.send(first);
    peer.pause();
    if !peer.unread.is_empty() {
        return Err(peer.wrong("The server answered half of a request", received(0)));
    }
    peer.send(second);
    opens(&mut peer).map(drop)
}

fn large_request(session: &Session) -> Judgement {
    // In front, so that what matters lies behind the first kilobyte.
    let cookie = format!("session={}", "0123456789abcdef".repeat(124));
    let mut peer = session.connect()?;
    peer.send(&Request::new(session).first("Cookie", &cookie).bytes());
    opens(&mut peer).map(drop)
}

fn names(session: &Session) -> Judgement {
    accepts(session, &Request::new(session).spelt(str::to_ascii_lowercase))?;
    accepts(session, &Request::new(session).spelt(str::to_ascii_uppercase))
}

fn tokens(session: &Session) -> Judgement {
    accepts(session, &Request::new(session).set("Upgrade", "WebSocket"))?;
    accepts(session, &Request::new(session).set("Connection", "upgrade"))
}

fn list(session: &Session) -> Judgement {
    accepts(session, &Request::new(session).set("Connection", "keep-alive, Upgrade"))
}

fn colons(session: &Session) -> Judgement {
    let bytes = Request::new(session).first("X-Time", "12:30:00: now").bytes();
    let bytes = String::from_utf8_lossy(&bytes).replace("Key: ", "Key:");
    let mut peer = session.connect()?;
    peer.send(bytes.as_bytes());
    opens(&mut peer).map(drop)
}

fn extension(session: &Session) -> Judgement {
    let (peer, response) = session.open_with(&Request::new(session))?;
    not_offered(&peer, &response, "sec-websocket-extensions", &[])
}

fn subprotocol(session: &Session) -> Judgement {
    let name = "sec-websocket-protocol";
    let (peer, response) = session.open_with(&Request::new(session))?;
    not_offered(&peer, &response, name, &[])?;
    // Who wants one of them may refuse all others, but not choose another.
    let offer = Request::new(session).with("Sec-WebSocket-Protocol", "one.check, two.check");
    match session.open_with(&offer) {
        Ok((peer, response)) => not_offered(&peer, &response, name, &["one.check", "two.check"]),
        Err(_) => Ok(()),
    }
}

/// Expects that the answer chooses nothing but at most one of what was offered.
fn not_offered(peer: &Peer, response: &Response, name: &str, offered: &[&str]) -> Judgement {
    let values = response.all(name);
    match values[..] {
        [] => Ok(()),
        [value] if offered.contains(&value) => Ok(()),
        _ => {
            let happened = format!("The answer has `{name}: {}`", values.join(", "));
            Err(peer.wrong(happened, value_mark(response, name)))
        }
    }
}
