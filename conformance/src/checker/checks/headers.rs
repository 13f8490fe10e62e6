//! Level 2: requests that must not be answered with 101.

use crate::checker::check::Check;
use crate::checker::session::{KEY_LETTERS, Session};
use crate::checker::wire::conversation::Answer;
use crate::checker::wire::peer::Peer;
use crate::checker::wire::record::received;
use crate::checker::wire::request::Request;
use crate::checker::wire::response::Response;
use crate::checker::wire::stop::{Judgement, Stop};

const VERSION: &str = "Sec-WebSocket-Version";

pub(crate) const CHECKS: &[Check] = &[
    Check::new(2, "handshake/method", "RFC 6455 §4.2.1", |session| {
        ["POST", "PUT", "HEAD", "get", "GETS"]
            .iter()
            .try_for_each(|method| session.refuses(&session.request().method(method), method))
    })
    .fault("F3")
    .expects("A request that is not a GET is refused, and `get` is not `GET`.")
    .hint("Check the first word of the request. The best answer is 405 with `Allow: GET`."),
    Check::new(2, "handshake/http-version", "RFC 6455 §4.2.1", |session| {
        session.refuses_itself(&session.request().version("HTTP/1.0"), "HTTP/1.0")
    })
    .fault("F3")
    .expects("A request in HTTP/1.0 is refused.")
    .hint("Check the last word of the request line. The best answer is 505 or 400."),
    Check::new(2, "handshake/host", "RFC 6455 §4.2.1", |session| {
        session.refuses_itself(&session.request().without("Host"), "")
    })
    .fault("F3")
    .expects("A request without `Host` is refused.")
    .hint("Every request in HTTP/1.1 has exactly one; answer with 400."),
    Check::new(2, "handshake/upgrade-header", "RFC 6455 §4.2.1", |session| {
        let values = ["h2c", "notwebsocket", "not-websocket", "websockets", "web"];
        refuses_values(session, "Upgrade", &values)
    })
    .fault("F3")
    .expects("A request without `Upgrade: websocket` is not upgraded.")
    .hint("The client may want a web page. Answer with a page, with 426 or with 400."),
    Check::new(2, "handshake/connection-header", "RFC 6455 §4.2.1", |session| {
        let values = ["close", "not-upgrade", "upgraded", "keep-alive, no-upgrade", "up"];
        refuses_values(session, "Connection", &values)
    })
    .fault("F3")
    .expects("A request without `Connection: Upgrade` is not upgraded.")
    .hint("A proxy that does not know WebSocket has removed it: answer with 400."),
    Check::new(2, "handshake/version", "RFC 6455 §4.4", |session| {
        // 8 and 7 are versions that some servers really speak, as drafts were in use.
        let higher = session.random.within(14..=112).to_string();
        let lower = session.random.within(9..=12).to_string();
        ["113", "130", &higher, &lower].iter().try_for_each(|version| {
            session.refuses(&session.request().set(VERSION, version), &format!("{version}\r"))
        })
    })
    .fault("F3")
    .expects("A request with an unknown `Sec-WebSocket-Version` is refused.")
    .hint("The only version of the standard is 13: answer anything else with 426."),
    Check::new(2, "handshake/version-form", "RFC 6455 §4.3", |session| {
        ["013", "13.0", "+13", "0x0d", "13x"].iter().try_for_each(|version| {
            session.refuses(&session.request().set(VERSION, version), version)
        })
    })
    .expects("A version that is not written as `13` is refused: 013, 13.0, +13.")
    .hint("Compare the value as text, without the spaces around it, and not as a number."),
    Check::new(2, "handshake/version-missing", "RFC 6455 §4.2.1", |session| {
        session.refuses(&session.request().without(VERSION), "")
    })
    .fault("F3")
    .expects("A request without `Sec-WebSocket-Version` is refused.")
    .hint("Answer it like a wrong version, with 426."),
    Check::new(2, "handshake/version-named", "RFC 6455 §4.4", version_named)
        .expects("The answer to a wrong version is an HTTP error that names version 13.")
        .hint("Send `Sec-WebSocket-Version: 13` with the 426."),
    Check::new(2, "handshake/key-missing", "RFC 6455 §4.2.1", |session| {
        session.refuses(&no_key(session), "")
    })
    .fault("F3")
    .expects("A request without `Sec-WebSocket-Key` is refused.")
    .hint("Without a key there is no value for `Sec-WebSocket-Accept`: answer with 400."),
    Check::new(2, "handshake/key-length", "RFC 6455 §4.2.1", |session| {
        let letters = session.key(KEY_LETTERS).repeat(2).replace('=', "");
        // No byte, 3, 15, 17, 18 and 24 bytes. Those of 17 and 18 are 24 characters long.
        let keys = ["", &letters[..4], &letters[..20], &format!("{}A=", &letters[..22])];
        let keys = [&keys[..], &[&letters[..24], &letters[..32]]].concat();
        keys.iter().try_for_each(|key| refuses_key(session, key, key))
    })
    .fault("F3")
    .expects("A key that is not 16 bytes in base64 is refused.")
    .hint("Decode it and count: 16 bytes are 24 characters with `==` at the end."),
    Check::new(2, "handshake/key-base64", "RFC 6455 §4.2.1", |session| {
        let (right, at) = (session.key(KEY_LETTERS), usize::from(session.random.within(0..=20)));
        ["!", "-", "_", ".", "="].iter().try_for_each(|wrong| {
            let key = format!("{}{wrong}{}", &right[..at], &right[at + 1..]);
            refuses_key(session, &key, &key)
        })?;
        // Without its padding, and with letters that a lenient decoder skips.
        let skipped = [format!("{}!{}", &right[..at], &right[at..]), format!("{right}!")];
        refuses_key(session, &right[..22], &right[..22])?;
        skipped.iter().try_for_each(|key| refuses_key(session, key, key))
    })
    .fault("F3")
    .expects("A key that is not base64 with its padding is refused.")
    .hint("Decode it: the length of the text is not enough. `-` and `_` belong to base64url, not to base64."),
    Check::new(2, "handshake/key-repeated", "RFC 6455 §11.3.1", |session| {
        let key = session.key(KEY_LETTERS);
        session.refuses(&session.request().with("Sec-WebSocket-Key", &key), &key)
    })
    .expects("A request that has two keys is refused.")
    .hint("It is not clear which key to answer: count the lines, and answer with 400."),
    Check::new(2, "handshake/error-status", "RFC 6455 §4.2.1", error_status)
        .expects("A request that is refused gets an answer, an HTTP error.")
        .hint(
            "Answer with a status of 400 or more before you close, so that the client learns why.",
        ),
];

/// Expects that a request without this header is refused, and with each of these values of it.
fn refuses_values(session: &Session, name: &str, values: &[&str]) -> Judgement {
    session.refuses_itself(&session.request().without(name), "")?;
    values
        .iter()
        .try_for_each(|value| session.refuses_itself(&session.request().set(name, value), value))
}

fn no_key(session: &Session) -> Request {
    session.request().without("Sec-WebSocket-Key")
}

fn refuses_key(session: &Session, key: &str, wrong: &str) -> Judgement {
    session.refuses(&session.request().set("Sec-WebSocket-Key", key), wrong)
}

fn version_named(session: &Session) -> Judgement {
    let (peer, response) = error(session, &session.request().set(VERSION, "99"))?;
    let Some(response) = response else {
        // `handshake/error-status` checks whether there is an answer at all.
        return Err(Stop::unseen("a refused request is not answered"));
    };
    if response.has_token("sec-websocket-version", "13") {
        return Ok(());
    }
    let happened = format!("The {} has no `Sec-WebSocket-Version: 13`", response.status);
    Err(peer.wrong(happened, received("HTTP/1.1 ".len() as u64)))
}

fn error_status(session: &Session) -> Judgement {
    let (peer, response) = error(session, &no_key(session))?;
    match response {
        Some(response) if response.status >= 400 => Ok(()),
        Some(response) => Err(peer.wrong_status(&response)),
        None => Err(peer.wrong("The connection ended without an HTTP answer", None)),
    }
}

/// The connection on which a request was refused, and the answer, if it is one.
fn error(session: &Session, request: &Request) -> Result<(Peer, Option<Response>), Stop> {
    let mut peer = session.send(&request.bytes())?;
    match peer.answer() {
        Answer::Response(response) if response.status == 101 => {
            Err(Stop::unseen("the server refuses nothing here"))
        }
        Answer::Response(response) => Ok((peer, Some(response))),
        Answer::Broken(_) | Answer::Ended(_) | Answer::Quiet => Ok((peer, None)),
    }
}
