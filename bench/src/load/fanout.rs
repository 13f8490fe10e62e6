//! One connection sends and many receive: counts the messages that are delivered.

use std::io::{ErrorKind, Read, Write};

use mio::net::TcpStream;
use mio::{Interest, Poll, Token};

use crate::load::opening::{Offer, open};
use crate::load::room::{Ear, InFlight};
use crate::load::task::{Fanout, Task};
use crate::load::turns::{broken, count_a_second};

/// The size of one read.
const BUFFER: usize = 64 * 1024;

/// A member who receives.
struct Receiver {
    stream: TcpStream,
    ear: Ear,
}

/// See [`run`](super::run).
pub(super) fn run(task: &Task, plan: Fanout) -> Result<f64, String> {
    let mut poll = Poll::new().map_err(broken)?;
    let member = |number: usize, name: &str, interest| -> Result<_, String> {
        let (mut stream, mut rest) = open(task, &format!("{}{name}", task.path), Offer::Plain)?;
        if plan.is_greeted && rest.is_empty() {
            rest.resize(BUFFER, 0);
            let count = stream.read(&mut rest).map_err(broken)?;
            rest.truncate(count);
        }
        stream.set_nonblocking(true).map_err(broken)?;
        let mut stream = TcpStream::from_std(stream);
        poll.registry().register(&mut stream, Token(number), interest).map_err(broken)?;
        Ok((stream, rest))
    };
    let mut receivers = Vec::with_capacity(plan.receivers);
    for number in 0..plan.receivers {
        let (stream, rest) = member(number, &format!("m{number}"), Interest::READABLE)?;
        receivers.push(Receiver { stream, ear: Ear::new(rest) });
    }
    let both = Interest::READABLE | Interest::WRITABLE;
    let (mut speaker, _) = member(plan.receivers, "speaker", both)?;

    let mut in_flight = InFlight::new(plan.receivers, task.is_websocket);
    let mut said = Vec::new();
    let mut say = |speaker: &mut TcpStream, in_flight: &mut InFlight| {
        while in_flight.count() < plan.window {
            said.extend(in_flight.say());
        }
        match speaker.write(&said) {
            Ok(count) => drop(said.drain(..count)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(broken(error)),
        }
        Ok(())
    };
    say(&mut speaker, &mut in_flight)?;
    let mut buffer = vec![0; BUFFER];
    count_a_second(&mut poll, plan.seconds, |_, events| {
        let mut delivered = 0;
        for event in events.iter().filter(|event| event.is_readable()) {
            let Some(receiver) = receivers.get_mut(event.token().0) else {
                // What the sender receives does not count, but it must be read.
                while speaker.read(&mut buffer).is_ok_and(|count| count > 0) {}
                continue;
            };
            loop {
                match receiver.stream.read(&mut buffer) {
                    Ok(0) => return Err("it has closed a connection".to_owned()),
                    Ok(count) => {
                        delivered += receiver.ear.hear(&buffer[..count], &mut in_flight)?;
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(broken(error)),
                }
            }
        }
        say(&mut speaker, &mut in_flight)?;
        Ok(delivered)
    })
}
