//! Level 2: requests that must be answered with 101, and what the answer must contain.

use testkit::{KEY, accept_value};

use crate::checker::check::Check;
use crate::checker::session::Session;
use crate::checker::wire::peer::Peer;
use crate::checker::wire::record::{Mark, received};
use crate::checker::wire::request::PROTOCOL;
use crate::checker::wire::response::Response;
use crate::checker::wire::stop::Judgement;

pub(crate) const CHECKS: &[Check] = &[
    Check::new(2, "handshake/upgrade", "RFC 6455 §4.2.2", |session| {
        session.accepts(&session.request())
    })
    .needs(&["tcp/client-first"])
    .expects("A correct opening handshake is answered with 101.")
    .hint("The answer begins with `HTTP/1.1 101 Switching Protocols` and ends with a blank line."),
    Check::new(2, "handshake/accept", "RFC 6455 §4.2.2", accepts_keys)
        .fault("F2")
        .expects("`Sec-WebSocket-Accept` is the base64 of the SHA-1 of the key and the GUID.")
        .hint(
            "Use the key as it was sent, without spaces around it; append the GUID; hash the text.",
        ),
    Check::new(2, "handshake/upgrade-answered", "RFC 6455 §4.2.2", |session| {
        answered(session, "upgrade", "websocket")
    })
    .expects("The answer has `Upgrade: websocket`.")
    .hint("Clients fail the connection without it (§4.1)."),
    Check::new(2, "handshake/connection-answered", "RFC 6455 §4.2.2", |session| {
        answered(session, "connection", "upgrade")
    })
    .expects("The answer has `Connection: Upgrade`.")
    .hint("Clients fail the connection without it (§4.1)."),
    Check::new(2, "handshake/segments", "RFC 9112 §2.2", segments)
        .fault("F1")
        .expects("A request that arrives in two segments is answered once it is complete.")
        .hint("TCP may split it anywhere: read in a loop until the blank line."),
    Check::new(2, "handshake/large-request", "RFC 9112 §2.2", |session| {
        // In front, so that the headers that matter come after the first kilobyte.
        let cookie = format!("session={}", "0123456789abcdef".repeat(124));
        session.accepts(&session.request().first("Cookie", &cookie))
    })
    .fault("F1")
    .expects("A request of 2 KiB is answered like any other.")
    .hint("Browsers send cookies: 1 KiB is not enough, 8 KiB is usual."),
    Check::new(2, "handshake/names-in-any-case", "RFC 9112 §5.1", |session| {
        session.accepts(&session.request().spelled(str::to_ascii_lowercase))?;
        session.accepts(&session.request().spelled(str::to_ascii_uppercase))
    })
    .fault("F2")
    .expects("Header names are understood in lower and in upper case.")
    .hint("Compare names without regard to case."),
    Check::new(2, "handshake/tokens-in-any-case", "RFC 6455 §4.2.1", |session| {
        session.accepts(&session.request().set("Upgrade", "WebSocket"))?;
        session.accepts(&session.request().set("Connection", "upgrade"))
    })
    .fault("F2")
    .expects("`Upgrade: WebSocket` and `Connection: upgrade` are accepted.")
    .hint("Compare these two values without regard to case."),
    Check::new(2, "handshake/connection-list", "RFC 6455 §4.2.1", |session| {
        session.accepts(&session.request().set("Connection", "keep-alive, Upgrade"))
    })
    .fault("F2")
    .expects("`Connection: keep-alive, Upgrade` is accepted: it contains the token.")
    .hint("The value is a list: split it at its commas. Firefox sends it like this."),
    Check::new(2, "handshake/values-with-colons", "RFC 9112 §5", |session| {
        let bytes = session.request().first("X-Time", "12:30:00: now").bytes();
        let bytes = String::from_utf8_lossy(&bytes).replace("Key: ", "Key:");
        session.send(bytes.as_bytes())?.opens()
    })
    .fault("F2")
    .expects("A value may contain colons, and the space before a value may be missing.")
    .hint("Split a line at its first colon only."),
    Check::new(2, "handshake/extension", "RFC 6455 §9.1", |session| {
        let (peer, response) = session.open_with(&session.request())?;
        chosen_from(&[], &peer, &response, "sec-websocket-extensions")
    })
    .expects("The answer names no extension that was not offered.")
    .hint("Leave `Sec-WebSocket-Extensions` out unless the client has offered one that you know."),
    Check::new(2, "handshake/subprotocol", "RFC 6455 §4.2.2", |session| {
        let (peer, response) = session.open_with(&session.request())?;
        let offered: Vec<&str> =
            session.options.target.subprotocols.iter().map(String::as_str).collect();
        chosen_from(&offered, &peer, &response, "sec-websocket-protocol")?;
        // A server that needs one of its own may refuse all others, but not choose another.
        let offer = session.request().without(PROTOCOL).with(PROTOCOL, "one.check, two.check");
        session.open_with(&offer).map_or(Ok(()), |(peer, response)| {
            chosen_from(&["one.check", "two.check"], &peer, &response, "sec-websocket-protocol")
        })
    })
    .expects("The answer names at most one subprotocol, and one that was offered.")
    .hint("Leave `Sec-WebSocket-Protocol` out, or choose one of those in the request."),
];

fn accepts_keys(session: &Session) -> Judgement {
    // Two keys, in case a server always answers the standard's example.
    for key in [KEY, "kJXuOKsrl3AR1KeFngRElQ=="] {
        let (peer, response) =
            session.open_with(&session.request().set("Sec-WebSocket-Key", key))?;
        let (values, due) = (response.all("sec-websocket-accept"), accept_value(key));
        if values != [&due] {
            let mark = value_mark(&response, "sec-websocket-accept");
            let sent = if values.is_empty() { "nothing".to_owned() } else { values.join(", ") };
            let happened = format!("For {key} the server answered {sent} and not {due}");
            return Err(peer.wrong(happened, mark));
        }
    }
    Ok(())
}

/// A mark under the value of a header of the answer.
fn value_mark(response: &Response, name: &str) -> Option<Mark> {
    response.offset(name).map(|offset| received(offset + name.len() as u64 + 2))
}

fn answered(session: &Session, name: &str, token: &str) -> Judgement {
    let (peer, response) = session.open_with(&session.request())?;
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
    let bytes = session.request().bytes();
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let mut peer = session.send(first)?;
    peer.pause();
    if !peer.incoming.bytes().is_empty() {
        return Err(peer.wrong("The server answered half of a request", received(0)));
    }
    peer.send(second);
    peer.opens()
}

/// Expects that the answer chooses at most one of what was offered.
fn chosen_from(offered: &[&str], peer: &Peer, response: &Response, name: &str) -> Judgement {
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
