//! Level 2: whether the client connects, opens, and does so at the right time.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use crate::checker::check::{Check, Turn};
use crate::checker::client::reply::Reply;
use crate::checker::client::visit::Visit;
use crate::checker::wire::frame::{Draft, Frame, Opcode, text};
use crate::checker::wire::peer::Event;
use crate::checker::wire::record::{Direction, received};
use crate::checker::wire::stop::{Judgement, Stop};

/// How long a client is watched that should do nothing.
const WATCH: Duration = Duration::from_millis(500);
/// How long a client may go on sending by itself before we no longer wait for its end.
const GREETINGS: Duration = Duration::from_secs(2);
/// How long a client that reconnects is watched.
const RECONNECTING: Duration = Duration::from_millis(1500);
/// How often a client may connect in that time.
const ATTEMPTS_MAX: usize = 10;

pub(crate) const CHECKS: &[Check] = &[
    Check::client(2, "client/connects", "RFC 6455 §4.1", |visit| match visit.call() {
        Ok(_) => Ok(()),
        Err(Stop::Unseen(why)) => Err(Stop::failed(sentence(&why))),
        Err(failed) => Err(failed),
    })
    .needs(&[])
    .expects("The program connects to the address that it is given, and sends a request.")
    .hint("The program gets the address in place of {url}, or as its last argument."),
    Check::client(2, "client/opens", "RFC 6455 §4.1", opens)
        .needs(&["client/connects"])
        .expects("A correct answer opens the WebSocket, and the client keeps it open.")
        .hint("Run the program by hand against a server that you trust, and compare the two answers."),
    Check::client(2, "client/waits", "RFC 6455 §4.1", |visit| {
        let mut guest = visit.call()?;
        guest.fill(Instant::now() + WATCH);
        if guest.incoming.bytes().is_empty() {
            return Ok(());
        }
        let mark = received(guest.record.count(Direction::Received)
            - guest.incoming.bytes().len() as u64);
        Err(guest.wrong("The client sent more bytes before the answer to its request", mark))
    })
    .expects("After its request, the client sends nothing until the answer has arrived.")
    .hint("The server may still refuse, or speak HTTP: wait for its 101."),
    Check::client(2, "client/answer-in-segments", "RFC 6455 §4.1", |visit| {
        let mut guest = visit.call()?;
        let bytes = Reply::new(&guest.asked).bytes();
        // Within the status line, within a name, and within the empty line.
        for segment in [&bytes[..10], &bytes[10..45], &bytes[45..bytes.len() - 1]] {
            guest.send(segment);
            guest.pause();
        }
        guest.send(&bytes[bytes.len() - 1..]);
        guest.opened();
        guest.is_open()
    })
    .expects("An answer that arrives in several segments is read once it is complete.")
    .hint("One read may return half of the answer: wait for the empty line."),
    Check::client(2, "client/frame-with-answer", "RFC 6455 §4.1", |visit| {
        let mut guest = visit.call()?;
        let early = [guest.bytes(&text("early")), guest.bytes(&Draft::ping("early"))].concat();
        let bytes = [Reply::new(&guest.asked).bytes(), early].concat();
        guest.send(&bytes);
        guest.opened();
        let judged = guest.shows_life();
        // All other checks are kind to such a client.
        visit.hall.loses_early_frames.store(judged.is_err(), Ordering::Relaxed);
        judged
    })
    .turn(Turn::Alone)
    .expects("A frame that arrives in one segment with the answer is read.")
    .hint("The bytes after the empty line belong to the WebSocket: keep them."),
    Check::client(2, "client/answer-forms", "RFC 6455 §4.1", answer_forms)
        .expects("Names and tokens of the answer are accepted in any case, and other headers are ignored.")
        .hint("Compare names, `websocket` and `Upgrade` without case, `Connection` as a list, and leave the reason phrase alone."),
    Check::client(2, "client/back-off", "RFC 6455 §7.2.3", back_off)
        .expects("A client that reconnects by itself waits longer each time.")
        .hint("Wait a random time before the first attempt, and twice as long before each further one."),
];

/// Makes a sentence of the reason why something could not be checked.
fn sentence(why: &str) -> String {
    let mut letters = why.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Opens, and counts what the client sends by itself.
fn opens(visit: &Visit) -> Judgement {
    let mut guest = visit.call()?;
    let reply = Reply::new(&guest.asked);
    guest.send(&reply.bytes());
    let (start, mut greetings) = (Instant::now(), 0);
    while start.elapsed() < GREETINGS {
        match guest.event_except(WATCH, Frame::is_ping_or_pong) {
            Event::Quiet => {
                visit.hall.greetings.store(greetings, Ordering::Relaxed);
                break;
            }
            Event::Frame(frame) if frame.opcode == Opcode::Close => {
                // A client may have nothing to do.
                return Err(match frame.code() {
                    None | Some(1000 | 1001) => {
                        Stop::unseen("the client closes the connection by itself")
                    }
                    Some(_) => guest.instead(&Event::Frame(frame), ""),
                });
            }
            Event::Frame(frame) => greetings += usize::from(frame.fin),
            event @ Event::Ended(_) => {
                return Err(guest.instead(&event, "the answer was correct"));
            }
        }
    }
    Ok(())
}

fn answer_forms(visit: &Visit) -> Judgement {
    let forms: [fn(Reply) -> Reply; 4] = [
        |reply| reply.spelled(|name, value| (name.to_ascii_lowercase(), value.to_owned())),
        |reply| reply.set("Upgrade", "WebSocket").set("Connection", "keep-alive, upgrade"),
        |reply| {
            let reply = reply.status("HTTP/1.1 101 Web Socket Protocol Handshake");
            reply.with("Server", "ws: judge").with("X-Empty", "").with("Set-Cookie", "a=1")
        },
        |reply| reply.spelled(|name, value| (name.to_ascii_uppercase(), format!("\t {value}  "))),
    ];
    for form in forms {
        let mut guest = visit.call()?;
        let reply = form(Reply::new(&guest.asked));
        guest.send(&reply.bytes());
        guest.is_open()?;
    }
    Ok(())
}

/// Cuts a client off, and counts how often it connects again.
fn back_off(visit: &Visit) -> Judgement {
    let mut guest = visit.open()?;
    guest.send_frame(&text("Hello"));
    let Some(door) = guest.door.take() else {
        return Err(Stop::unseen("the page reconnects at once on purpose"));
    };
    let _program = guest.program.take();
    drop(guest);
    let (start, mut attempts) = (Instant::now(), 0);
    while start.elapsed() < RECONNECTING && attempts <= ATTEMPTS_MAX {
        match door.try_next() {
            Some(stream) => {
                attempts += 1;
                drop(stream);
            }
            None => thread::sleep(Duration::from_millis(1)),
        }
    }
    match attempts {
        0 => Err(Stop::unseen("the client does not reconnect by itself")),
        1..=ATTEMPTS_MAX => Ok(()),
        _ => Err(Stop::failed(format!(
            "The client was cut off, and connected {attempts} times within {:.1} s",
            start.elapsed().as_secs_f32()
        ))),
    }
}
