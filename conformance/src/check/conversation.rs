//! What checks say and expect, in the standard's own words: an answer, an echo, a failed connection.

use std::time::Duration;

use super::{
    catalogue::{Judgement, Stop},
    frame::{BINARY, CLOSE, CONTINUATION, Draft, Frame, PING, PONG, TEXT, text},
    peer::{Event, Peer},
    record::{Direction, Mark},
    response::Response,
    session::{QUIET, received, sent},
};

/// How long a header block may be before we stop reading it.
const BLOCK_MAX: usize = 64 * 1024;

/// What came instead of, or as, a response.
pub(super) enum Answer {
    Response(Response),
    /// Something that is no HTTP, with the offset of the first wrong byte.
    Broken(u64),
    Ended(&'static str),
    Quiet,
}

/// A message that has arrived, whole.
pub(super) struct Message {
    pub(super) opcode: u8,
    pub(super) payload: Vec<u8>,
    /// The frames that it came in.
    pub(super) frames: Vec<Frame>,
}

impl Message {
    /// Where the byte at `index` of the payload stands in all that was received.
    fn mark(&self, mut index: usize) -> Option<Mark> {
        for frame in &self.frames {
            if index < frame.payload.len() {
                return Some(received(frame.payload_start() + index as u64));
            }
            index -= frame.payload.len();
        }
        self.frames.first().map(|frame| received(frame.start))
    }
}

impl Peer {
    /// The answer to a request.
    pub(super) fn answer(&mut self) -> Answer {
        self.answer_within(self.answer_time)
    }

    /// The answer to a request, if it comes in this time.
    pub(super) fn answer_within(&mut self, wait: Duration) -> Answer {
        let until = std::time::Instant::now() + wait;
        loop {
            match Response::read(&self.unread) {
                Ok(Some((response, length))) => {
                    self.unread.drain(..length);
                    return Answer::Response(response);
                }
                Err(offset) => return Answer::Broken(offset),
                Ok(None) if self.unread.len() > BLOCK_MAX => return Answer::Broken(0),
                Ok(None) => {}
            }
            if !self.fill(until) {
                return self.ended().map_or(Answer::Quiet, Answer::Ended);
            }
        }
    }

    /// The next message. Pings and pongs in between are passed over: a server may send them.
    ///
    /// # Errors
    /// A failure, if anything else comes.
    pub(super) fn message(&mut self) -> Result<Message, Stop> {
        self.message_within(self.answer_time)
    }

    /// The same within this time.
    pub(super) fn message_within(&mut self, wait: Duration) -> Result<Message, Stop> {
        let mut message: Option<Message> = None;
        loop {
            let frame = match self.event(wait) {
                Event::Frame(frame) => frame,
                other => return Err(self.instead(&other, "no message came")),
            };
            match (frame.opcode, &mut message) {
                (PING | PONG, _) => continue,
                (TEXT | BINARY, None) => {
                    let (opcode, payload) = (frame.opcode, frame.payload.clone());
                    message = Some(Message { opcode, payload, frames: vec![frame] });
                }
                (CONTINUATION, Some(message)) => {
                    message.payload.extend_from_slice(&frame.payload);
                    message.frames.push(frame);
                }
                _ => {
                    let mark = received(frame.start);
                    return Err(self.wrong(format!("The server sent {frame}"), mark));
                }
            }
            let is_whole = |message: &&Message| message.frames.last().is_some_and(|last| last.fin);
            if message.as_ref().is_some_and(|message| is_whole(&message))
                && let Some(message) = message
            {
                return Ok(message);
            }
        }
    }

    /// Expects this message, and nothing before it.
    pub(super) fn expect(&mut self, opcode: u8, payload: &[u8]) -> Result<Message, Stop> {
        let message = self.message()?;
        self.same(&message, opcode, payload)?;
        Ok(message)
    }

    /// Whether a message is this one.
    pub(super) fn same(&self, message: &Message, opcode: u8, payload: &[u8]) -> Judgement {
        if let Some(index) = first_difference(&message.payload, payload) {
            let happened = if message.payload.len() == payload.len() {
                format!(
                    "Byte {index} of the {} that came back is {:#04x} and not {:#04x}",
                    payload.len(),
                    message.payload[index],
                    payload[index]
                )
            } else {
                let (came, sent) = (message.payload.len(), payload.len());
                format!("{came} bytes came back and not {sent}; they differ from byte {index} on")
            };
            return Err(self.wrong(happened, message.mark(index)));
        }
        if message.opcode != opcode {
            let [came, sent] = [message.opcode, opcode]
                .map(|opcode| if opcode == TEXT { "text" } else { "binary" });
            let mark = message.frames.first().map(|frame| received(frame.start));
            return Err(self.wrong(format!("A {sent} message came back as {came}"), mark));
        }
        Ok(())
    }

    /// Sends a text and expects it back.
    pub(super) fn echoes(&mut self, words: &str) -> Judgement {
        self.send_frame(&text(words));
        self.expect(TEXT, words.as_bytes()).map(drop)
    }

    /// Sends a frame that is wrong, or completes something wrong, at the byte with the index
    /// `wrong`; expects that the server fails the connection, with one of these status codes if it
    /// sends any.
    pub(super) fn refuses(&mut self, draft: &Draft, wrong: u64, codes: &[u16]) -> Judgement {
        let offset = self.send_frame(draft);
        self.fails(codes, sent(offset + wrong))
    }

    /// Expects that the server fails the connection (RFC 6455 §7.1.7): by a close frame with one of
    /// these status codes or none, or by ending the TCP connection.
    pub(super) fn fails(&mut self, codes: &[u16], wrong: impl Into<Option<Mark>>) -> Judgement {
        let wrong = wrong.into();
        let mut wait = QUIET;
        let mut probed = false;
        loop {
            match self.event(wait) {
                Event::Ended(_) => return Ok(()),
                Event::Frame(frame) if frame.opcode == CLOSE => {
                    return match frame.code() {
                        None if !frame.payload.is_empty() => {
                            let mark = received(frame.payload_start());
                            Err(self.wrong("The server's close frame has half a code", mark))
                        }
                        Some(code) if !codes.contains(&code) => {
                            let due: Vec<String> = codes.iter().map(u16::to_string).collect();
                            let happened =
                                format!("The server sent {frame}, and not {}", due.join(" or "));
                            Err(self.wrong(happened, received(frame.payload_start())))
                        }
                        _ => Ok(()),
                    };
                }
                Event::Frame(Frame { opcode: PING, .. }) => {}
                Event::Frame(frame) => {
                    return Err(self.wrong(
                        format!("The server went on, and sent {frame}"),
                        wrong.unwrap_or(received(frame.start)),
                    ));
                }
                Event::Quiet if !probed => {
                    // It may have thrown the wrong frame away: what does it make of a good one?
                    self.send_frame(&text("still there?"));
                    (probed, wait) = (true, self.answer_time);
                }
                Event::Quiet => {
                    return Err(self.wrong("The server keeps the connection open", wrong));
                }
            }
        }
    }

    /// The failure that `event` is, where `expected` did not come.
    pub(super) fn instead(&self, event: &Event, expected: &str) -> Stop {
        let end = self.record.count(Direction::Received) - self.unread.len() as u64;
        match event {
            Event::Frame(frame) => {
                self.wrong(format!("The server sent {frame}"), received(frame.start))
            }
            Event::Ended(how) => self.wrong(format!("The server {how}, and {expected}"), None),
            Event::Quiet if self.unread.is_empty() => {
                self.wrong(format!("The server said nothing for {:?}", self.answer_time), None)
            }
            Event::Quiet => {
                self.wrong("The server sent a part of a frame, and no more", received(end))
            }
        }
    }
}

/// The index of the first byte in which the two differ.
fn first_difference(one: &[u8], other: &[u8]) -> Option<usize> {
    let common = one.iter().zip(other).position(|(one, other)| one != other);
    common.or_else(|| (one.len() != other.len()).then(|| one.len().min(other.len())))
}
