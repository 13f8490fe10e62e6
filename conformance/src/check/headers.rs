//! Level 2: requests that must not be answered with 101.

use super::{
    catalogue::{Check, Judgement, Stop},
    conversation::Answer,
    peer::Peer,
    record::Mark,
    request::Request,
    response::Response,
    session::{Session, received, sent},
};

pub(super) const CHECKS: &[Check] = &[
    Check::new(2, "handshake/method", "RFC 6455 §4.2.1", method)
        .fault("F3")
        .expects("A request that is no GET is refused.")
        .hint("Look at the first word of the request; 405 with `Allow: GET` says it best."),
    Check::new(2, "handshake/http-version", "RFC 6455 §4.2.1", http_version)
        .fault("F3")
        .expects("A request in HTTP/1.0 is refused.")
        .hint("Look at the last word of the request line; 505 or 400 says it best."),
    Check::new(2, "handshake/host", "RFC 6455 §4.2.1", host)
        .fault("F3")
        .expects("A request without `Host` is refused.")
        .hint("Every request in HTTP/1.1 has exactly one; answer with 400."),
    Check::new(2, "handshake/upgrade-header", "RFC 6455 §4.2.1", upgrade_header)
        .fault("F3")
        .expects("A request without `Upgrade: websocket` is not upgraded.")
        .hint("It asks for a page, perhaps. Answer with a page, with 426 or with 400."),
    Check::new(2, "handshake/connection-header", "RFC 6455 §4.2.1", connection_header)
        .fault("F3")
        .expects("A request without `Connection: Upgrade` is not upgraded.")
        .hint("A proxy that does not know WebSocket has taken it away: answer with 400."),
    Check::new(2, "handshake/version", "RFC 6455 §4.4", version)
        .fault("F3")
        .expects("A request with `Sec-WebSocket-Version: 8` is refused.")
        .hint("The only version of the standard is 13: answer anything else with 426."),
    Check::new(2, "handshake/version-missing", "RFC 6455 §4.2.1", version_missing)
        .fault("F3")
        .expects("A request without `Sec-WebSocket-Version` is refused.")
        .hint("Answer it like a wrong version, with 426."),
    Check::new(2, "handshake/version-named", "RFC 6455 §4.4", version_named)
        .expects("Who asks for a wrong version is told which is right, and gets an HTTP error.")
        .hint("Send `Sec-WebSocket-Version: 13` with the 426."),
    Check::new(2, "handshake/key-missing", "RFC 6455 §4.2.1", key_missing)
        .fault("F3")
        .expects("A request without `Sec-WebSocket-Key` is refused.")
        .hint("There is nothing to answer in `Sec-WebSocket-Accept`: answer with 400."),
    Check::new(2, "handshake/key-length", "RFC 6455 §4.2.1", key_length)
        .fault("F3")
        .expects("A key that is not 16 bytes in base64 is refused.")
        .hint("Decode it and count: 16 bytes are 24 characters with `==` at the end."),
    Check::new(2, "handshake/key-base64", "RFC 6455 §4.2.1", key_base64)
        .fault("F3")
        .expects("A key of 24 characters that are no base64 is refused.")
        .hint("Decode it: the length of the text is not enough."),
    Check::new(2, "handshake/error-status", "RFC 6455 §4.2.1", error_status)
        .expects("A request that is refused is answered, with an HTTP error.")
        .hint("Answer with a status of 400 or more before you close: a client that is told why can mend it."),
];

fn method(session: &Session) -> Judgement {
    refused(session, &Request::new(session).method("POST"), "POST")
}

fn http_version(session: &Session) -> Judgement {
    refused(session, &Request::new(session).version("HTTP/1.0"), "HTTP/1.0")
}

fn host(session: &Session) -> Judgement {
    refused(session, &Request::new(session).without("Host"), "")
}

fn upgrade_header(session: &Session) -> Judgement {
    refused(session, &Request::new(session).without("Upgrade"), "")?;
    refused(session, &Request::new(session).set("Upgrade", "h2c"), "h2c")
}

fn connection_header(session: &Session) -> Judgement {
    refused(session, &Request::new(session).without("Connection"), "")?;
    refused(session, &Request::new(session).set("Connection", "close"), "close")
}

fn version(session: &Session) -> Judgement {
    refused(session, &wrong_version(session), "8\r\n")
}

fn wrong_version(session: &Session) -> Request {
    Request::new(session).set("Sec-WebSocket-Version", "8")
}

fn version_missing(session: &Session) -> Judgement {
    refused(session, &Request::new(session).without("Sec-WebSocket-Version"), "")
}

fn version_named(session: &Session) -> Judgement {
    let (peer, response) = error(session, &wrong_version(session))?;
    let Some(response) = response else {
        // Whether there is an answer at all is asked once, by `handshake/error-status`.
        return Err(Stop::Unseen("a refused request is not answered".to_owned()));
    };
    if response.all("sec-websocket-version").iter().any(|versions| versions.contains("13")) {
        return Ok(());
    }
    let happened = format!("The {} has no `Sec-WebSocket-Version: 13`", response.status);
    Err(peer.wrong(happened, received("HTTP/1.1 ".len() as u64)))
}

fn key_missing(session: &Session) -> Judgement {
    refused(session, &no_key(session), "")
}

fn no_key(session: &Session) -> Request {
    Request::new(session).without("Sec-WebSocket-Key")
}

fn key_length(session: &Session) -> Judgement {
    // Three bytes, and nineteen.
    for key in ["c2l4", "c2l4dGVlbiBhbmQgdGhyZWU="] {
        refused(session, &Request::new(session).set("Sec-WebSocket-Key", key), key)?;
    }
    Ok(())
}

fn key_base64(session: &Session) -> Judgement {
    let key = "dGhlIHNhbXBsZS!ub25jZQ==";
    refused(session, &Request::new(session).set("Sec-WebSocket-Key", key), "!")
}

fn error_status(session: &Session) -> Judgement {
    let (peer, response) = error(session, &no_key(session))?;
    let Some(response) = response else {
        return Err(peer.wrong("The connection ended without an HTTP answer", None));
    };
    if response.status >= 400 {
        return Ok(());
    }
    let happened = format!("The server answered with {}", response.status);
    Err(peer.wrong(happened, received("HTTP/1.1 ".len() as u64)))
}

/// The connection on which a request was refused, and the answer, if it is one.
fn error(session: &Session, request: &Request) -> Result<(Peer, Option<Response>), Stop> {
    let mut peer = session.connect()?;
    peer.send(&request.bytes());
    match peer.answer() {
        Answer::Response(response) if response.status == 101 => {
            Err(Stop::Unseen("the server refuses nothing here".to_owned()))
        }
        Answer::Response(response) => Ok((peer, Some(response))),
        Answer::Broken(_) | Answer::Ended(_) | Answer::Quiet => Ok((peer, None)),
    }
}

/// Expects anything but 101 and silence. `wrong` is what is wrong with the request.
pub(super) fn refused(session: &Session, request: &Request, wrong: &str) -> Judgement {
    refused_bytes(session, &request.bytes(), wrong)
}

/// The same for a request that no [`Request`] can be.
pub(super) fn refused_bytes(session: &Session, bytes: &[u8], wrong: &str) -> Judgement {
    let mut peer = session.connect()?;
    peer.send(bytes);
    match peer.answer() {
        Answer::Response(response) if response.status == 101 => {
            Err(peer.wrong("The server answered with 101", mark(bytes, wrong)))
        }
        Answer::Quiet => Err(peer.wrong("The server did not answer", mark(bytes, wrong))),
        // Whether the answer is a good one is asked once, and not for each way to be wrong.
        Answer::Response(_) | Answer::Broken(_) | Answer::Ended(_) => Ok(()),
    }
}

/// A mark under the last place where `wrong` stands.
fn mark(bytes: &[u8], wrong: &str) -> Option<Mark> {
    let found = bytes.windows(wrong.len().max(1)).rposition(|part| part == wrong.as_bytes());
    found.map(|offset| sent(offset as u64))
}
