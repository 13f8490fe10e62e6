//! Level 1: the server takes connections, and goes on taking them.

use super::{
    catalogue::{Check, Judgement, Stop, Turn},
    conversation::Answer,
    peer::Peer,
    record::{Finding, Record},
    request::Request,
    session::{LONG_QUIET, Session, received},
};

pub(super) const CHECKS: &[Check] = &[
    Check::new(1, "tcp/accept", "RFC 6455 §4.1", accept)
        .needs(&[])
        .expects("The server accepts a TCP connection.")
        .hint("Is it running, and does it listen on this address and port."),
    Check::new(1, "tcp/client-first", "RFC 6455 §4.1", client_first)
        .expects("The server waits for the client to speak first.")
        .hint("An opening handshake begins with the client's request: read before you write."),
    Check::new(1, "tcp/second-connection", "RFC 6455 §10.4", second_connection)
        .fault("F16")
        .expects("The server serves a second connection while the first is open and silent.")
        .hint("Give each connection a thread or a task of its own, and go on accepting."),
    Check::new(1, "tcp/still-there", "RFC 6455 §10.4", still_there)
        .needs(&["handshake/upgrade"])
        .turn(Turn::Last)
        .fault("F15")
        .expects("After all other checks the server still serves new connections.")
        .hint("An error on one connection must end that connection and nothing else."),
];

fn accept(session: &Session) -> Judgement {
    session.try_connect().map(drop).map_err(|error| failed(format!("No connection: {error}")))
}

/// A failure without any bytes to show.
fn failed(happened: String) -> Stop {
    Stop::Failed(Box::new(Finding { happened, record: Record::default(), mark: None }))
}

fn client_first(session: &Session) -> Judgement {
    let mut peer = session.connect()?;
    if peer.fill(std::time::Instant::now() + LONG_QUIET) {
        return Err(peer.wrong("The server spoke first", received(0)));
    }
    match peer.ended() {
        None => Ok(()),
        // One that serves nobody any more is the next check's business.
        Some(_) if session.try_connect().is_err() => {
            Err(Stop::Unseen("the server takes no further connection".to_owned()))
        }
        Some(how) => {
            Err(peer.wrong(format!("The server {how} before it was asked anything"), None))
        }
    }
}

/// Asks for a page, which is seen to be heard whether there is one or not.
fn ask(session: &Session) -> Result<Peer, Stop> {
    let mut peer = session.connect()?;
    peer.send(&Request::page(session).bytes());
    Ok(peer)
}

fn is_heard(peer: &mut Peer) -> bool {
    !matches!(peer.answer(), Answer::Quiet) || !peer.unread.is_empty()
}

fn second_connection(session: &Session) -> Judgement {
    // There was a connection before, which `tcp/accept` has closed.
    let first = session
        .try_connect()
        .map_err(|error| failed(format!("The server takes one connection and ends: {error}")))?;
    let mut second =
        ask(session).map_err(|_| first.wrong("The server takes no second connection", None))?;
    if is_heard(&mut second) {
        return Ok(());
    }
    drop(first);
    // Does it answer at all, now that the first is gone?
    if is_heard(&mut second) {
        let happened = "The server answers the second connection only once the first is closed";
        return Err(second.wrong(happened, None));
    }
    let Ok(mut alone) = ask(session) else {
        return Err(second.wrong("The server takes no connection after the first", None));
    };
    drop(second);
    if is_heard(&mut alone) {
        return Err(alone.wrong("The server answers one connection at a time", None));
    }
    Err(Stop::Unseen(
        "the server answers no plain request, so whom it listens to cannot be seen".to_owned(),
    ))
}

fn still_there(session: &Session) -> Judgement {
    let mut peer = session
        .try_connect()
        .map_err(|error| failed(format!("The server takes no connection any more: {error}")))?;
    if session.options.level == 1 {
        return Ok(());
    }
    peer.send(&Request::new(session).bytes());
    match peer.answer() {
        Answer::Response(response) if response.status == 101 => Ok(()),
        Answer::Quiet => Err(peer.wrong("The server takes connections, and answers none", None)),
        _ => Err(peer.wrong("The server opens no WebSocket any more", received(0))),
    }
}
