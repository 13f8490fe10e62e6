//! One who speaks, and many who hear it: as many messages as arrive.
//!
//! What a server makes of a message is not known beforehand, for a chat adds who said it and when.
//! But it must be the same for everyone. So the first frame with a message in it is read with care,
//! and all others are compared with that one as bytes.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::opening::{Offer, PATIENCE, open};
use super::script::{text_frame, whole_payload};
use super::stopwatch::Stopwatch;
use super::{Fanout, Task};

/// Bytes of each message.
const MESSAGE: usize = 100;
/// As much as is read at a time.
const BUFFER: usize = 64 * 1024;
/// Connections that the system tells us about at a time.
const EVENTS: usize = 1024;

/// The messages in flight, the oldest first.
struct InFlight {
    messages: VecDeque<Message>,
    /// The number of the oldest.
    first: usize,
    receivers: usize,
    is_websocket: bool,
}

/// A message in flight.
struct Message {
    text: String,
    /// Its frame, once we know it.
    frame: Option<Vec<u8>>,
    /// How many have heard it.
    heard: usize,
}

/// One who listens.
struct Receiver {
    stream: TcpStream,
    /// The beginning of a frame whose end has not come yet.
    unread: Vec<u8>,
    /// The message that comes next.
    next: usize,
}

/// See [`run`](super::run).
pub(super) fn run(task: &Task, plan: Fanout) -> Result<f64, String> {
    let failed = |error: io::Error| format!("a connection has broken: {error}");
    let mut poll = Poll::new().map_err(failed)?;
    let member = |number: usize, name: &str, interest| -> Result<_, String> {
        let (mut stream, mut rest) = open(task, &format!("{}{name}", task.path), Offer::Plain)?;
        if plan.is_greeted && rest.is_empty() {
            rest.resize(BUFFER, 0);
            let count = stream.read(&mut rest).map_err(failed)?;
            rest.truncate(count);
        }
        stream.set_nonblocking(true).map_err(failed)?;
        let mut stream = TcpStream::from_std(stream);
        poll.registry().register(&mut stream, Token(number), interest).map_err(failed)?;
        Ok((stream, rest))
    };
    let mut receivers = Vec::with_capacity(plan.receivers);
    for number in 0..plan.receivers {
        let (stream, unread) = member(number, &format!("m{number}"), Interest::READABLE)?;
        receivers.push(Receiver { stream, unread, next: 0 });
    }
    let both = Interest::READABLE | Interest::WRITABLE;
    let (mut speaker, _) = member(plan.receivers, "speaker", both)?;

    let mut in_flight = InFlight {
        messages: VecDeque::new(),
        first: 0,
        receivers: plan.receivers,
        is_websocket: task.is_websocket,
    };
    let mut said = Vec::new();
    let mut buffer = vec![0; BUFFER];
    let mut events = Events::with_capacity(EVENTS);
    let mut stopwatch = Stopwatch::start(plan.seconds);
    let mut delivered = 0;
    loop {
        while in_flight.messages.len() < plan.window {
            said.extend(in_flight.say());
        }
        match speaker.write(&said) {
            Ok(count) => drop(said.drain(..count)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(failed(error)),
        }
        poll.poll(&mut events, Some(PATIENCE)).map_err(failed)?;
        if events.is_empty() {
            return Err(format!("nothing has come for {PATIENCE:?}"));
        }
        for event in events.iter().filter(|event| event.is_readable()) {
            let Some(receiver) = receivers.get_mut(event.token().0) else {
                // What the speaker hears is of no interest, but has to be taken.
                while speaker.read(&mut buffer).is_ok_and(|count| count > 0) {}
                continue;
            };
            loop {
                match receiver.stream.read(&mut buffer) {
                    Ok(0) => return Err("it has closed a connection".to_owned()),
                    Ok(count) => delivered += receiver.hear(&buffer[..count], &mut in_flight)?,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(failed(error)),
                }
            }
        }
        if let Some(delivered_a_second) = stopwatch.look(|| delivered) {
            return Ok(delivered_a_second);
        }
    }
}

impl InFlight {
    /// Says one more message; returns its frame as it goes to the server.
    fn say(&mut self) -> Vec<u8> {
        let number = self.first + self.messages.len();
        let text = format!("{number:08} {:x<1$}", "", MESSAGE - 9);
        let frame = text_frame(&format!(r#"{{"msg":"{text}","key":"{number}"}}"#));
        // Who knows nothing of WebSocket hands it on as it is.
        let known = if self.is_websocket { None } else { Some(frame.clone()) };
        self.messages.push_back(Message { text, frame: known, heard: 0 });
        frame
    }

    /// Somebody has heard this message.
    fn is_heard(&mut self, number: usize) {
        self.messages[number - self.first].heard += 1;
        while self.messages.front().is_some_and(|oldest| oldest.heard == self.receivers) {
            self.messages.pop_front();
            self.first += 1;
        }
    }
}

impl Receiver {
    /// Takes what has come; returns how many messages it was.
    fn hear(&mut self, bytes: &[u8], in_flight: &mut InFlight) -> Result<u64, String> {
        let mut heard = 0;
        let joined;
        let mut rest = bytes;
        if !self.unread.is_empty() {
            self.unread.extend(bytes);
            joined = std::mem::take(&mut self.unread);
            rest = &joined;
        }
        while !rest.is_empty() {
            let Some(message) = in_flight.messages.get_mut(self.next - in_flight.first) else {
                // There is nothing due, so it must be news of another kind.
                let Some((_, end)) = whole_payload(rest) else { break };
                rest = &rest[end..];
                continue;
            };
            match &message.frame {
                Some(frame) if rest.starts_with(frame) => rest = &rest[frame.len()..],
                // The end of it is still to come.
                Some(frame) if frame.starts_with(rest) => break,
                Some(_) if !in_flight.is_websocket => return Err(wrong(rest, &message.text)),
                frame => {
                    let Some((start, end)) = whole_payload(rest) else { break };
                    let payload = &rest[start..end];
                    if !contains(payload, br#""msg":"#) {
                        rest = &rest[end..];
                        continue;
                    }
                    let said = format!(r#""msg":"{}""#, message.text);
                    if frame.is_some() || !contains(payload, said.as_bytes()) {
                        return Err(wrong(payload, &message.text));
                    }
                    message.frame = Some(rest[..end].to_vec());
                    rest = &rest[end..];
                }
            }
            in_flight.is_heard(self.next);
            self.next += 1;
            heard += 1;
        }
        self.unread = rest.to_vec();
        Ok(heard)
    }
}

fn wrong(got: &[u8], said: &str) -> String {
    format!("a wrong message: {:?} instead of {said:?}", String::from_utf8_lossy(got))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
