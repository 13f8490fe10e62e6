//! Level 1: the server accepts connections, and goes on accepting them.

use std::time::Instant;

use crate::checker::check::{Check, Turn};
use crate::checker::session::{LONG_QUIET, Session, why};
use crate::checker::wire::conversation::Answer;
use crate::checker::wire::peer::Peer;
use crate::checker::wire::record::received;
use crate::checker::wire::stop::{Judgement, Stop};

pub(crate) const CHECKS: &[Check] = &[
    Check::new(1, "tcp/accept", "RFC 6455 §4.1", |session| {
        connect(session, "No connection").map(drop)
    })
    .needs(&[])
    .expects("The server accepts a TCP connection.")
    .hint("Check that it is running, and that it listens on this address and port."),
    Check::new(1, "tcp/client-first", "RFC 6455 §4.1", client_first)
        .expects("The server waits for the client to speak first.")
        .hint("Keep the connection open, and read before you write: the client sends its request first."),
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

/// Opens a connection. If that fails, the check fails with these words.
fn connect(session: &Session, failure: &str) -> Result<Peer, Stop> {
    session.try_connect().map_err(|error| Stop::failed(format!("{failure}: {}", why(&error))))
}

fn client_first(session: &Session) -> Judgement {
    let mut peer = session.connect()?;
    // A server that is near speaks at once.
    let quiet = LONG_QUIET.min(session.options.answer / 3);
    if peer.fill(Instant::now() + quiet) {
        return Err(peer.wrong("The server spoke first", received(0)));
    }
    match peer.ended {
        None => Ok(()),
        // A server that serves only one connection fails the next check.
        Some(_) if session.try_connect().is_err() => {
            Err(Stop::unseen("the server accepts no further connection"))
        }
        Some(how) => {
            Err(peer.wrong(format!("The server {how} before the client had sent anything"), None))
        }
    }
}

/// Asks for a page. Any answer shows that the server reads the connection.
fn ask(session: &Session) -> Result<Peer, Stop> {
    session.send(&session.request().for_a_page().bytes())
}

fn is_answered(peer: &mut Peer) -> bool {
    !matches!(peer.answer(), Answer::Quiet) || !peer.incoming.bytes().is_empty()
}

fn second_connection(session: &Session) -> Judgement {
    // There was a connection before, which `tcp/accept` has closed.
    let first = connect(session, "The server accepts one connection, and ends")?;
    let mut second = ask(session)
        .map_err(|_| first.wrong("The server does not accept a second connection", None))?;
    if is_answered(&mut second) {
        return Ok(());
    }
    drop(first);
    // Does it answer now, after the first has been closed?
    second.answer_time = LONG_QUIET;
    if is_answered(&mut second) {
        let happened = "The server answers the second connection only once the first is closed";
        return Err(second.wrong(happened, None));
    }
    let Ok(mut alone) = ask(session) else {
        return Err(second.wrong("The server accepts no connection after the first", None));
    };
    drop(second);
    alone.answer_time = LONG_QUIET;
    if is_answered(&mut alone) {
        return Err(alone.wrong("The server answers one connection at a time", None));
    }
    Err(Stop::unseen("the server does not answer a plain HTTP request"))
}

fn still_there(session: &Session) -> Judgement {
    let mut peer = connect(session, "The server no longer accepts connections")?;
    if session.level == 1 {
        return Ok(());
    }
    peer.send(&session.request().bytes());
    match peer.answer() {
        Answer::Response(response) if response.status == 101 => Ok(()),
        Answer::Quiet => Err(peer.wrong("The server accepts connections, but answers none", None)),
        _ => Err(peer.wrong("The server no longer opens WebSockets", received(0))),
    }
}
