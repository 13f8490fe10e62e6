//! Level 5, hostile: many clients at the same time.

use std::time::{Duration, Instant};

use crate::checker::check::{Check, Turn};
use crate::checker::session::{Session, why};
use crate::checker::wire::frame::{Draft, Opcode, text};
use crate::checker::wire::manner::Echo;
use crate::checker::wire::peer::Peer;
use crate::checker::wire::stop::{Judgement, Stop};
use crate::open_files::raise_open_files;

/// How many clients are connected at the same time.
const CROWD: usize = 500;
/// How many files and sockets the judge must be able to open: one for each client, and some more.
pub(crate) const SOCKETS: u64 = CROWD as u64 + 100;
/// How long the opening handshake of one client may take.
const OPENING_TIME: Duration = Duration::from_secs(5);
/// How long a client may be silent until all others are connected.
const SILENCE: Duration = Duration::from_secs(1);
/// How long the echoes to all clients may take.
const ECHO_TIME: Duration = Duration::from_secs(10);

pub(crate) const CHECKS: &[Check] = &[Check::hostile(5, "hostile/crowd", "RFC 6455 §10.4", crowd)
    .turn(Turn::Alone)
    .expects("500 clients are connected at the same time, and each of them gets its echo.")
    .hint("Look for a limit below 500: on threads, on connections, or on open files, which the system sets (`ulimit -n`). A task for each connection costs less than a thread.")];

fn crowd(session: &Session) -> Judgement {
    let open_files = raise_open_files();
    if open_files < SOCKETS {
        return Err(Stop::unseen(format!(
            "the system lets the judge open only {open_files} files and sockets: raise the limit \
             with `ulimit -n {SOCKETS}`"
        )));
    }
    if session.manner().echo == Echo::Silent {
        return Err(Stop::unseen("the server sends no message back"));
    }
    let mut clients = Vec::with_capacity(CROWD);
    let mut spoken = Instant::now();
    for number in 1..=CROWD {
        clients.push(enter(session).map_err(|stop| first(number, "could not open", stop))?);
        // On a busy machine this takes long, and a server may drop a client that is silent.
        if spoken.elapsed() > SILENCE {
            for client in &mut clients {
                client.send_frame(&Draft::pong(""));
            }
            spoken = Instant::now();
        }
    }
    for (index, client) in clients.iter_mut().enumerate() {
        client.send_frame(&text(words(index + 1)));
    }
    let until = Instant::now() + ECHO_TIME;
    for (index, client) in clients.iter_mut().enumerate() {
        let number = index + 1;
        echoed(client, number, until).map_err(|stop| first(number, "got no echo", stop))?;
    }
    Ok(())
}

/// Opens a WebSocket, and waits for the answer longer than other checks do.
fn enter(session: &Session) -> Result<Peer, Stop> {
    let connected = session.try_connect();
    let mut client =
        connected.map_err(|error| Stop::failed(format!("No connection: {}", why(&error))))?;
    client.answer_time = OPENING_TIME;
    client.send(&session.request().bytes());
    client.opens()?;
    client.opened();
    session.greeted(&mut client)?;
    Ok(client)
}

/// Expects the text of this client back, before `until`.
fn echoed(client: &mut Peer, number: usize, until: Instant) -> Judgement {
    let left = until.saturating_duration_since(Instant::now());
    match client.next_message(left)? {
        Some(message) => client.same(&message, Opcode::Text, words(number).as_bytes()),
        None => Err(client.wrong(format!("Nothing came back in {ECHO_TIME:?}"), None)),
    }
}

/// What the client with this number sends.
fn words(number: usize) -> String {
    format!("I am client {number}")
}

/// A failure, with the number of the client that was the first to have it.
fn first(number: usize, what: &str, stop: Stop) -> Stop {
    stop.reworded(|happened| {
        format!("Client {number} of {CROWD} was the first that {what}. {happened}")
    })
}
