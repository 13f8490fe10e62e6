//! What checks expect of a connection, in the standard's own words: an answer, an echo, a failed
//! connection.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::checker::wire::frame::{Draft, Frame, Opcode, REFUSALS, text};
use crate::checker::wire::manner::Echo;
use crate::checker::wire::peer::{Event, Peer};
use crate::checker::wire::record::{Direction, Mark, received, sent};
use crate::checker::wire::response::Response;
use crate::checker::wire::stop::{Judgement, Stop};

/// How long a header block may be before we stop reading it.
const BLOCK_MAX: usize = 64 * 1024;
/// How long to wait for something that should not happen.
pub(crate) const QUIET: Duration = Duration::from_millis(300);
/// The text with which the judge finds out whether the server still answers.
const PROBE: &str = "still there?";
/// The offset of the status code in a response.
const STATUS: u64 = "HTTP/1.1 ".len() as u64;

/// What the server sent in answer to a request.
pub(crate) enum Answer {
    Response(Response),
    /// Something that is not HTTP, with the offset of the first wrong byte.
    Broken(u64),
    Ended(&'static str),
    Quiet,
}

/// A complete message that was received.
pub(crate) struct Message {
    pub(crate) opcode: Opcode,
    pub(crate) payload: Vec<u8>,
    /// The frames that it came in.
    pub(crate) frames: Vec<Frame>,
}

impl Message {
    /// The place of the byte at `index` of the payload in all that was received.
    fn mark(&self, mut index: usize) -> Option<Mark> {
        for frame in &self.frames {
            if index < frame.payload.len() {
                return Some(received(frame.payload_start + index as u64));
            }
            index -= frame.payload.len();
        }
        self.frames.first().map(|frame| received(frame.start))
    }
}

impl Peer {
    /// Returns the answer to a request.
    pub(crate) fn answer(&mut self) -> Answer {
        let until = Instant::now() + self.answer_time;
        loop {
            match Response::read(self.incoming.bytes()) {
                Ok(Some((response, length))) => {
                    self.incoming.takes(length);
                    return Answer::Response(response);
                }
                Err(offset) => return Answer::Broken(offset),
                Ok(None) if self.incoming.bytes().len() > BLOCK_MAX => return Answer::Broken(0),
                Ok(None) => {}
            }
            if !self.fill(until) {
                return self.ended.map_or(Answer::Quiet, Answer::Ended);
            }
        }
    }

    /// Expects 101.
    pub(crate) fn opens(&mut self) -> Judgement {
        self.upgrades().map(drop)
    }

    /// Expects 101, and returns the answer.
    pub(crate) fn upgrades(&mut self) -> Result<Response, Stop> {
        Err(match self.answer() {
            Answer::Response(response) if response.status == 101 => return Ok(response),
            Answer::Response(response) => self.wrong_status(&response),
            Answer::Broken(offset) => self.wrong("The answer is not HTTP", received(offset)),
            Answer::Ended(how) => self.wrong(format!("The server {how} without an answer"), None),
            Answer::Quiet => self.wrong("The server did not answer", None),
        })
    }

    /// The failure of a server that answers with the wrong status.
    pub(crate) fn wrong_status(&self, response: &Response) -> Stop {
        self.wrong(format!("The server answered with {}", response.status), received(STATUS))
    }

    /// Returns the next message.
    ///
    /// # Errors
    /// As [`Self::next_message`], or a failure if there is none.
    pub(crate) fn message(&mut self) -> Result<Message, Stop> {
        if self.echo == Echo::Silent {
            return Err(Stop::unseen("the server sends no message back"));
        }
        let message = self.next_message(self.answer_time)?;
        message.ok_or_else(|| self.instead(&Event::Quiet, "no message came"))
    }

    /// Returns the next message, or `None` if none begins within `wait`. Pings and pongs in
    /// between are ignored: a server may send them.
    ///
    /// # Errors
    /// A failure, if anything else comes.
    pub(crate) fn next_message(&mut self, wait: Duration) -> Result<Option<Message>, Stop> {
        let mut message: Option<Message> = None;
        loop {
            let wait = if message.is_none() { wait } else { self.answer_time };
            let frame = match self.event_except(wait, Frame::is_ping_or_pong) {
                Event::Frame(frame) => frame,
                Event::Quiet if message.is_none() && self.incoming.bytes().is_empty() => {
                    return Ok(None);
                }
                other => return Err(self.instead(&other, "no message came")),
            };
            let fin = frame.fin;
            match (frame.opcode, &mut message) {
                (Opcode::Text | Opcode::Binary, None) => {
                    let (opcode, payload) = (frame.opcode, frame.payload.clone());
                    message = Some(Message { opcode, payload, frames: vec![frame] });
                }
                (Opcode::Continuation, Some(message)) => {
                    message.payload.extend_from_slice(&frame.payload);
                    message.frames.push(frame);
                }
                _ => return Err(self.instead(&Event::Frame(frame), "")),
            }
            if let Some(message) = message.take_if(|_| fin) {
                return Ok(Some(message));
            }
        }
    }

    /// Expects this message, and nothing before it.
    pub(crate) fn expect(&mut self, opcode: Opcode, payload: &[u8]) -> Judgement {
        let message = self.message()?;
        self.same(&message, opcode, payload)
    }

    /// Expects that a message is this one.
    pub(crate) fn same(&self, message: &Message, opcode: Opcode, payload: &[u8]) -> Judgement {
        if self.echo == Echo::Other {
            let [came, due] = [&message.payload, payload].map(<[u8]>::to_ascii_lowercase);
            let is_inside = due.is_empty() || came.windows(due.len()).any(|part| part == due);
            let unseen = || Stop::unseen("the server is not an echo server");
            return is_inside.then_some(()).ok_or_else(unseen);
        }
        let (came, due) = (message.payload.len(), payload.len());
        if let Some(index) = first_difference(&message.payload, payload) {
            let happened = if came == due {
                let (byte, due_byte) = (message.payload[index], payload[index]);
                format!("Byte {index} of {due} came back as {byte:#04x} and not {due_byte:#04x}")
            } else {
                format!("{came} bytes came back and not {due}; they differ from byte {index} on")
            };
            return Err(self.wrong(happened, message.mark(index)));
        }
        if message.opcode != opcode {
            let [came, sent] = [message.opcode, opcode]
                .map(|opcode| if opcode == Opcode::Text { "text" } else { "binary" });
            let mark = message.frames.first().map(|frame| received(frame.start));
            return Err(self.wrong(format!("A {sent} message came back as {came}"), mark));
        }
        Ok(())
    }

    /// Sends a text and expects it back.
    pub(crate) fn echoes(&mut self, words: &str) -> Judgement {
        self.send_frame(&text(words));
        self.expect(Opcode::Text, words.as_bytes())
    }

    /// Sends a ping, and expects a pong with the same payload. Other pongs may come at any time
    /// (RFC 6455 §5.5.3), and fragments of an echo.
    pub(crate) fn answers_ping(&mut self, payload: &[u8]) -> Judgement {
        self.send_frame(&Draft::ping(payload));
        let other = Cell::new(None);
        let echoes = self.echo == Echo::Same;
        let event = self.event_except(self.answer_time, |frame| match frame.opcode {
            Opcode::Pong if frame.payload == payload => false,
            Opcode::Pong => {
                other.set(Some(frame.payload_start));
                true
            }
            Opcode::Ping => true,
            opcode => !opcode.is_control() && (!frame.fin || !echoes),
        });
        match (&event, other.get()) {
            (Event::Frame(frame), _) if frame.opcode == Opcode::Pong => Ok(()),
            (Event::Quiet, Some(start)) => {
                Err(self.wrong("The pong has another payload", received(start)))
            }
            _ => Err(self.instead(&event, "no pong came")),
        }
    }

    /// Sends a frame that is wrong, or completes something wrong, at the byte with the index
    /// `wrong`; expects that the server fails the connection, with one of these status codes if it
    /// sends any.
    pub(crate) fn refuses(&mut self, draft: &Draft, wrong: u64, codes: &[u16]) -> Judgement {
        let offset = self.send_frame(draft);
        self.fails(codes, sent(offset + wrong))
    }

    /// The same for frames in one segment of which the last is wrong, or completes something wrong.
    pub(crate) fn refuses_last(&mut self, drafts: &[Draft], wrong: u64) -> Judgement {
        let offset = self.send_frames(drafts);
        self.fails(REFUSALS, sent(offset + wrong))
    }

    /// Expects that the server fails the connection (RFC 6455 §7.1.7): by a close frame with one of
    /// these status codes or none, or by ending the TCP connection.
    pub(crate) fn fails(&mut self, codes: &[u16], wrong: Mark) -> Judgement {
        let mut wait = QUIET;
        let mut probed = false;
        let answers = self.echo == Echo::Same;
        // A server may send a fragment back at once, and pings and pongs as it likes.
        let says_nothing = |frame: &Frame| match frame.opcode {
            Opcode::Close => false,
            Opcode::Ping => true,
            Opcode::Pong => frame.payload != PROBE.as_bytes(),
            _ => !answers || !frame.fin,
        };
        loop {
            return match self.event_except(wait, says_nothing) {
                Event::Ended(_) => Ok(()),
                Event::Frame(frame) if frame.opcode == Opcode::Close => {
                    self.close_with(&frame, codes)
                }
                Event::Frame(frame) => {
                    Err(self.wrong(format!("The {} went on, and sent {frame}", self.role), wrong))
                }
                Event::Quiet if !probed => {
                    // It may have ignored the wrong frame: how does it answer good ones?
                    self.send_frames(&[text(PROBE), Draft::ping(PROBE)]);
                    (probed, wait) = (true, self.answer_time);
                    continue;
                }
                Event::Quiet => {
                    Err(self.wrong(format!("The {} keeps the connection open", self.role), wrong))
                }
            };
        }
    }

    /// Expects that a close frame has one of these status codes, or none.
    pub(crate) fn close_with(&self, frame: &Frame, codes: &[u16]) -> Judgement {
        let mark = received(frame.payload_start);
        match frame.code() {
            None if !frame.payload.is_empty() => {
                Err(self
                    .wrong(format!("The {}'s close frame has half a status code", self.role), mark))
            }
            Some(code) if !codes.contains(&code) => {
                let due: Vec<String> = codes.iter().map(u16::to_string).collect();
                Err(self.wrong(
                    format!("The {} sent {frame}, and not {}", self.role, due.join(" or ")),
                    mark,
                ))
            }
            _ if frame.payload.len() > 125 => {
                Err(self.wrong(format!("The {} sent {frame}: over 125 bytes", self.role), mark))
            }
            _ if str::from_utf8(frame.payload.get(2..).unwrap_or_default()).is_err() => Err(self
                .wrong(
                    format!("The {}'s close frame has a reason that is not UTF-8", self.role),
                    mark,
                )),
            _ => Ok(()),
        }
    }

    /// The failure of a peer that did `event`, where `expected` did not come.
    pub(crate) fn instead(&self, event: &Event, expected: &str) -> Stop {
        let end = self.record.count(Direction::Received) - self.incoming.bytes().len() as u64;
        let role = self.role;
        match event {
            Event::Frame(frame) => {
                self.wrong(format!("The {role} sent {frame}"), received(frame.start))
            }
            Event::Ended(how) => self.wrong(format!("The {role} {how}, and {expected}"), None),
            Event::Quiet if self.incoming.bytes().is_empty() => {
                self.wrong(format!("The {role} sent nothing for {:?}", self.answer_time), None)
            }
            Event::Quiet => {
                self.wrong(format!("The {role} sent a part of a frame, and no more"), received(end))
            }
        }
    }
}

/// The index of the first byte in which the two differ.
fn first_difference(one: &[u8], other: &[u8]) -> Option<usize> {
    let common = one.iter().zip(other).position(|(one, other)| one != other);
    common.or_else(|| (one.len() != other.len()).then(|| one.len().min(other.len())))
}
