//! Level 2: requests that must be answered with 101, and what the answer must contain.

use testkit::{KEY, accept_value};

use crate::checker::check::Check;
use crate::checker::session::{KEY_LETTERS, Session, last};
use crate::checker::wire::conversation::Answer;
use crate::checker::wire::peer::Peer;
use crate::checker::wire::record::{Mark, received};
use crate::checker::wire::request::PROTOCOL;
use crate::checker::wire::response::Response;
use crate::checker::wire::stop::Judgement;

/// How many keys are tried to find one whose answer is of a rare kind.
const ATTEMPTS: usize = 5000;

pub(crate) const CHECKS: &[Check] = &[
    Check::new(2, "handshake/upgrade", "RFC 6455 §4.2.2", |session| {
        session.send(&session.request().bytes())?.opens()
    })
    .needs(&["tcp/client-first"])
    .expects("A correct opening handshake is answered with 101.")
    .hint("The answer begins with `HTTP/1.1 101 Switching Protocols` and ends with a blank line."),
    Check::new(2, "handshake/accept", "RFC 6455 §4.2.2", accept)
        .fault("F2")
        .expects("`Sec-WebSocket-Accept` is the base64 of the SHA-1 of the key and the GUID.")
        .hint(
            "Use the key as it was sent, without spaces around it; append the GUID; hash the text.",
        ),
    Check::new(2, "handshake/any-key", "RFC 4648 §4", any_key)
        .needs(&["handshake/accept"])
        .expects("A key may have each of the 64 characters of base64, with `+` and `/`.")
        .hint("About half of all keys contain a `+` or a `/`. Do not decode a key like a part of a URL."),
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
    .needs(&["handshake/accept"])
    .fault("F1")
    .expects("A request of 2 KiB is answered like any other.")
    .hint("Browsers send cookies: a limit of 1 KiB is too low, and 8 KiB is usual."),
    Check::new(2, "handshake/names-in-any-case", "RFC 9112 §5.1", |session| {
        session.accepts(&session.request().spelled(str::to_ascii_lowercase))?;
        session.accepts(&session.request().spelled(str::to_ascii_uppercase))
    })
    .needs(&["handshake/accept"])
    .fault("F2")
    .expects("Header names are accepted in lower and in upper case.")
    .hint("Compare names without regard to case."),
    Check::new(2, "handshake/tokens-in-any-case", "RFC 6455 §4.2.1", |session| {
        [
            ("Upgrade", "WebSocket"),
            ("Upgrade", "WEBSOCKET"),
            ("Connection", "upgrade"),
            ("Connection", "UPGRADE"),
        ]
        .iter()
        .try_for_each(|(name, value)| session.accepts(&session.request().set(name, value)))
    })
    .needs(&["handshake/accept"])
    .fault("F2")
    .expects("`Upgrade: WebSocket` and `Connection: upgrade` are accepted.")
    .hint("Compare these two values without regard to case."),
    Check::new(2, "handshake/connection-list", "RFC 6455 §4.2.1", |session| {
        ["keep-alive, Upgrade", "Upgrade, keep-alive", "keep-alive,Upgrade"]
            .iter()
            .try_for_each(|list| session.accepts(&session.request().set("Connection", list)))
    })
    .needs(&["handshake/accept"])
    .fault("F2")
    .expects("`Connection: keep-alive, Upgrade` is accepted: it contains the token.")
    .hint("The value is a list: split it at its commas. Firefox sends it like this."),
    Check::new(2, "handshake/values-with-colons", "RFC 9112 §5", |session| {
        let bytes = session.request().first("X-Time", "12:30:00: now").bytes();
        [("Key: ", "Key:"), ("Version: 13", "Version: \t 13 \t")].iter().try_for_each(
            |(usual, unusual)| {
                let bytes = String::from_utf8_lossy(&bytes).replace(usual, unusual);
                session.accepts_bytes(bytes.as_bytes())
            },
        )
    })
    .needs(&["handshake/accept"])
    .fault("F2")
    .expects("A value may contain colons, and may have any number of spaces and tabs around it.")
    .hint("Split a line at its first colon only, and trim the value."),
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

fn accept(session: &Session) -> Judgement {
    accepts_key(session, KEY)?;
    // Among them a hash that begins with a zero byte, as some programs lose it.
    let is_of_a_kind: [fn(&str) -> bool; 7] = [
        |_| true,
        |_| true,
        |_| true,
        |answer| answer.starts_with('+'),
        |answer| answer.starts_with('/'),
        |answer| answer.starts_with('A') && (b'A'..b'Q').contains(&answer.as_bytes()[1]),
        |answer| answer.contains('+') && answer.contains('/'),
    ];
    is_of_a_kind.iter().try_for_each(|is_it| {
        let mut keys = (0..ATTEMPTS).map(|_| session.key(KEY_LETTERS));
        let key = keys.find(|key| is_it(&accept_value(key)));
        key.map_or(Ok(()), |key| accepts_key(session, &key))
    })
}

/// Sends keys that together have all characters of base64, the two special ones in many places.
fn any_key(session: &Session) -> Judgement {
    let all = [KEY_LETTERS, b"+/"].concat();
    let start = usize::from(session.random.within(0..=63));
    let mut keys: Vec<String> = [0, 21, 42, 63]
        .iter()
        .map(|from| all.iter().cycle().skip(start + from).take(21))
        .map(|letters| letters.map(|letter| char::from(*letter)).collect::<String>() + "A==")
        .collect();
    for special in ["+", "/", "/+", "+/"] {
        let key = session.key(KEY_LETTERS);
        keys.push(format!("{special}{}", &key[special.len()..]));
        let at = usize::from(session.random.within(1..=19));
        keys.push(format!("{}{special}{}", &key[..at], &key[at + special.len()..]));
    }
    keys.iter().try_for_each(|key| accepts_key(session, key))
}

/// Expects that the handshake with this key succeeds.
fn accepts_key(session: &Session, key: &str) -> Judgement {
    let request = session.request().set("Sec-WebSocket-Key", key);
    let mut peer = session.send(&request.bytes())?;
    let response = match peer.answer() {
        Answer::Response(response) if response.status == 101 => response,
        Answer::Response(response) => {
            let happened =
                format!("For the key {key} the server answered with {}", response.status);
            return Err(peer.wrong(happened, last(&request.bytes(), key)));
        }
        _ => return Err(peer.wrong(format!("For the key {key} there was no answer"), None)),
    };
    let (values, due) = (response.all("sec-websocket-accept"), accept_value(key));
    if values == [&due] {
        return Ok(());
    }
    let mark = value_mark(&response, "sec-websocket-accept");
    let sent = if values.is_empty() { "nothing".to_owned() } else { values.join(", ") };
    Err(peer.wrong(format!("For the key {key} the server answered {sent}, not {due}"), mark))
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
    // In the middle, anywhere, and within the blank line.
    let anywhere = usize::from(session.random.within(1..=100));
    [bytes.len() / 2, anywhere, bytes.len() - 2, bytes.len() - 1].iter().try_for_each(|cut| {
        let (first, second) = bytes.split_at(*cut);
        let mut peer = session.send(first)?;
        peer.pause();
        if !peer.incoming.bytes().is_empty() {
            return Err(
                peer.wrong("The server answered before the request was complete", received(0))
            );
        }
        peer.send(second);
        peer.opens()
    })
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
