//! Level 2: requests that must not be answered with 101.

use crate::checker::check::Check;
use crate::checker::session::Session;
use crate::checker::wire::conversation::Answer;
use crate::checker::wire::peer::Peer;
use crate::checker::wire::record::received;
use crate::checker::wire::request::Request;
use crate::checker::wire::response::Response;
use crate::checker::wire::stop::{Judgement, Stop};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(2, "handshake/method", "RFC 6455 §4.2.1", |session| {
        session.refuses(&session.request().method("POST"), "POST")
    })
    .fault("F3")
    .expects("A request that is not a GET is refused.")
    .hint("Look at the first word of the request; 405 with `Allow: GET` says it best."),
    Check::new(2, "handshake/http-version", "RFC 6455 §4.2.1", |session| {
        session.refuses(&session.request().version("HTTP/1.0"), "HTTP/1.0")
    })
    .fault("F3")
    .expects("A request in HTTP/1.0 is refused.")
    .hint("Look at the last word of the request line; 505 or 400 says it best."),
    Check::new(2, "handshake/host", "RFC 6455 §4.2.1", |session| {
        session.refuses(&session.request().without("Host"), "")
    })
    .fault("F3")
    .expects("A request without `Host` is refused.")
    .hint("Every request in HTTP/1.1 has exactly one; answer with 400."),
    Check::new(2, "handshake/upgrade-header", "RFC 6455 §4.2.1", |session| {
        session.refuses(&session.request().without("Upgrade"), "")?;
        session.refuses(&session.request().set("Upgrade", "h2c"), "h2c")
    })
    .fault("F3")
    .expects("A request without `Upgrade: websocket` is not upgraded.")
    .hint("It asks for a page, perhaps. Answer with a page, with 426 or with 400."),
    Check::new(2, "handshake/connection-header", "RFC 6455 §4.2.1", |session| {
        session.refuses(&session.request().without("Connection"), "")?;
        session.refuses(&session.request().set("Connection", "close"), "close")
    })
    .fault("F3")
    .expects("A request without `Connection: Upgrade` is not upgraded.")
    .hint("A proxy that does not know WebSocket has removed it: answer with 400."),
    Check::new(2, "handshake/version", "RFC 6455 §4.4", |session| {
        session.refuses(&wrong_version(session), "8\r\n")
    })
    .fault("F3")
    .expects("A request with `Sec-WebSocket-Version: 8` is refused.")
    .hint("The only version of the standard is 13: answer anything else with 426."),
    Check::new(2, "handshake/version-missing", "RFC 6455 §4.2.1", |session| {
        session.refuses(&session.request().without("Sec-WebSocket-Version"), "")
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
    .hint("There is nothing to answer in `Sec-WebSocket-Accept`: answer with 400."),
    Check::new(2, "handshake/key-length", "RFC 6455 §4.2.1", |session| {
        // Three bytes, and seventeen.
        ["c2l4", "c2l4dGVlbiBhbmQgdGhyZWU="]
            .iter()
            .try_for_each(|key| refuses_key(session, key, key))
    })
    .fault("F3")
    .expects("A key that is not 16 bytes in base64 is refused.")
    .hint("Decode it and count: 16 bytes are 24 characters with `==` at the end."),
    Check::new(2, "handshake/key-base64", "RFC 6455 §4.2.1", |session| {
        refuses_key(session, "dGhlIHNhbXBsZS!ub25jZQ==", "!")
    })
    .fault("F3")
    .expects("A key of 24 characters that is not base64 is refused.")
    .hint("Decode it: the length of the text is not enough."),
    Check::new(2, "handshake/error-status", "RFC 6455 §4.2.1", error_status)
        .expects("A request that is refused is answered, with an HTTP error.")
        .hint(
            "Answer with a status of 400 or more before you close, so that the client learns why.",
        ),
];

fn wrong_version(session: &Session) -> Request {
    session.request().set("Sec-WebSocket-Version", "8")
}

fn no_key(session: &Session) -> Request {
    session.request().without("Sec-WebSocket-Key")
}

fn refuses_key(session: &Session, key: &str, wrong: &str) -> Judgement {
    session.refuses(&session.request().set("Sec-WebSocket-Key", key), wrong)
}

fn version_named(session: &Session) -> Judgement {
    let (peer, response) = error(session, &wrong_version(session))?;
    let Some(response) = response else {
        // `handshake/error-status` checks whether there is an answer at all.
        return Err(Stop::unseen("a refused request is not answered"));
    };
    if response.all("sec-websocket-version").iter().any(|versions| versions.contains("13")) {
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
