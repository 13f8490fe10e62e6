//! One connection of the client, which is judged on it.

use std::mem;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::checker::client::asked::Asked;
use crate::checker::client::door::Door;
use crate::checker::client::hall::Hall;
use crate::checker::client::reply::Reply;
use crate::checker::client::seen::Seen;
use crate::checker::wire::frame::{Draft, Frame, Opcode, text};
use crate::checker::wire::manner::Echo;
use crate::checker::wire::peer::{Event, Peer};
use crate::checker::wire::record::{Record, sent};
use crate::checker::wire::stop::{Judgement, Stop};
use crate::program::Program;

/// How long to wait for something that should not happen.
const QUIET: Duration = Duration::from_millis(300);

/// A connection of the client.
pub(crate) struct Guest<'run> {
    // TCP ends before the program is killed.
    peer: Peer,
    pub(crate) asked: Asked,
    request: Record,
    /// Whether compression was agreed on.
    compresses: bool,
    /// Whether the checks of all connections look at it: not if there is something wrong on our
    /// side, which may come back.
    pub(crate) is_judged: bool,
    hall: &'run Hall<'run>,
    /// Where the client comes in again, unless it is a browser.
    pub(crate) door: Option<Door>,
    pub(crate) program: Option<Program>,
}

impl<'run> Guest<'run> {
    pub(crate) fn new(
        (mut peer, asked): (Peer, Asked),
        hall: &'run Hall<'run>,
        door: Option<Door>,
        program: Option<Program>,
    ) -> Self {
        let request = peer.record.clone();
        if !hall.echoes.load(Ordering::Relaxed) {
            // Then a message says nothing of what was sent before.
            peer.echo = Echo::Other;
        }
        Self { peer, asked, request, compresses: false, is_judged: true, hall, door, program }
    }

    /// Sends the answer to the opening handshake, and reads what the client sends without being
    /// asked.
    pub(crate) fn answers(&mut self, reply: &Reply) {
        self.compresses = reply.value("Sec-WebSocket-Extensions").contains("permessage-deflate");
        self.peer.send(&reply.bytes());
        self.peer.opened();
        self.settles();
        for _ in 0..self.hall.greetings() {
            if self.peer.message().is_err() {
                return;
            }
        }
    }

    /// Gives a client time that would lose what comes right behind the answer.
    fn settles(&mut self) {
        if self.hall.loses_early_frames.load(Ordering::Relaxed) {
            self.peer.pause();
        }
    }

    /// Sends an answer that is wrong in this way, and expects that the client does not open a
    /// WebSocket. It must also end the connection, if `must_end`.
    pub(crate) fn refuses_answer(
        &mut self,
        bytes: &[u8],
        wrong: &str,
        must_end: bool,
    ) -> Judgement {
        self.is_judged = false;
        let place = bytes.windows(wrong.len().max(1)).rposition(|part| part == wrong.as_bytes());
        // What is missing has no place.
        let mark = sent(self.send(bytes) + place.unwrap_or_default() as u64);
        let (mut wait, mut probed) = (QUIET, false);
        loop {
            return match self.event(wait) {
                Event::Frame(frame) if frame.opcode != Opcode::Close => {
                    let happened = format!(
                        "After `{wrong}` the client kept the connection open, and sent {frame}"
                    );
                    Err(self.wrong(happened, mark))
                }
                Event::Quiet if !probed => {
                    // Whatever the client makes of a text, it answers a ping.
                    self.send_frame(&text("Hello"));
                    self.send_frame(&Draft::ping("open?"));
                    (probed, wait) = (true, self.answer_time);
                    continue;
                }
                Event::Quiet if must_end => {
                    let happened = format!("After `{wrong}` the client keeps the connection open");
                    Err(self.wrong(happened, mark))
                }
                _ => Ok(()),
            };
        }
    }

    /// Expects that the client has opened the WebSocket: that it echoes, or answers a ping.
    pub(crate) fn is_open(&mut self) -> Judgement {
        self.settles();
        self.send_frame(&text("Hello"));
        self.send_frame(&Draft::ping("open?"));
        self.shows_life()
    }

    /// Expects a message or a pong.
    pub(crate) fn shows_life(&mut self) -> Judgement {
        let wait = self.answer_time;
        match self.event(wait) {
            Event::Frame(frame) if frame.opcode != Opcode::Close => Ok(()),
            other => Err(self.instead(&other, "the answer was correct")),
        }
    }

    /// Sends a close frame, and returns the one that comes back.
    pub(crate) fn closes(&mut self, draft: &Draft) -> Result<Frame, Stop> {
        self.send_frame(draft);
        // What was sent before may still be on its way.
        let wait = self.answer_time;
        match self.event_except(wait, |frame| frame.opcode != Opcode::Close) {
            Event::Frame(frame) => Ok(frame),
            other => Err(self.instead(&other, "no close frame came")),
        }
    }
}

impl Deref for Guest<'_> {
    type Target = Peer;

    fn deref(&self) -> &Peer {
        &self.peer
    }
}

impl DerefMut for Guest<'_> {
    fn deref_mut(&mut self) -> &mut Peer {
        &mut self.peer
    }
}

impl Drop for Guest<'_> {
    fn drop(&mut self) {
        if !self.is_judged {
            return;
        }
        let frames = mem::take(&mut self.peer.seen);
        let (asked, request) = (mem::take(&mut self.asked), mem::take(&mut self.request));
        let (compresses, record) = (self.compresses, mem::take(&mut self.peer.record));
        self.hall.seen().push(Seen { asked, request, compresses, frames, record });
    }
}
