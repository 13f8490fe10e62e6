//! One connection sends and many receive: counts the messages that are delivered.

use std::io::{ErrorKind, Read, Write};

use crate::load::opening::Offer;
use crate::load::room::{Ear, InFlight};
use crate::load::sockets::{Socket, Sockets};
use crate::load::task::{Fanout, Task};
use crate::load::turns::{broken, count_a_second};

/// The size of one read.
const BUFFER: usize = 64 * 1024;

/// A member who receives.
struct Receiver {
    socket: Socket,
    ear: Ear,
}

/// See [`run`](super::run).
pub(super) fn run(task: &Task, plan: Fanout) -> Result<f64, String> {
    let mut sockets = Sockets::new(task)?;
    let mut member = |name: &str| -> Result<_, String> {
        let (mut socket, mut rest) = sockets.open(&format!("{}{name}", task.path), Offer::Plain)?;
        if plan.is_greeted && rest.is_empty() {
            rest.resize(BUFFER, 0);
            let count = sockets.read(&mut socket, &mut rest)?;
            rest.truncate(count);
        }
        Ok((socket, rest))
    };
    let mut receivers = Vec::with_capacity(plan.receivers);
    for number in 0..plan.receivers {
        let (socket, rest) = member(&format!("m{number}"))?;
        receivers.push(Receiver { socket, ear: Ear::new(rest) });
    }
    let (mut speaker, _) = member("speaker")?;

    let mut in_flight = InFlight::new(plan.receivers, task.is_websocket);
    let mut said = Vec::new();
    let mut say = |speaker: &mut Socket, in_flight: &mut InFlight| {
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
    let mut ready = Vec::new();
    count_a_second(plan.seconds, || {
        sockets.wait(&mut ready)?;
        let mut delivered = 0;
        for socket in ready.iter().filter(|socket| socket.is_readable) {
            let Some(receiver) = receivers.get_mut(socket.number) else {
                // What the sender receives does not count, but it must be read.
                while speaker.read(&mut buffer).is_ok_and(|count| count > 0) {}
                continue;
            };
            loop {
                match receiver.socket.read(&mut buffer) {
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
