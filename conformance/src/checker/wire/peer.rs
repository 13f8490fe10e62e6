//! A connection to the server or client that is judged. Every wait on it has a limit, and it keeps
//! a record of both directions.

use std::io::{self, ErrorKind};
use std::slice;
use std::time::{Duration, Instant};

use crate::checker::random::Random;
use crate::checker::wire::frame::{Draft, Frame, Masking, Opcode};
use crate::checker::wire::incoming::Incoming;
use crate::checker::wire::manner::Echo;
use crate::checker::wire::record::{Direction, Mark, Record};
use crate::checker::wire::stop::Stop;
use crate::checker::wire::transport::Transport;

/// How long to wait after a segment, so that the server receives it by itself.
const PAUSE: Duration = Duration::from_millis(60);
/// The most received bytes that may wait while a frame is not complete.
const UNREAD_MAX: usize = 64 * 1024 * 1024;
/// How many pings are answered on one connection: a server may send them without end.
const PONGS_MAX: u32 = 2000;

/// The role of a client that is judged.
const CLIENT: &str = "client";

/// What the peer does next.
#[derive(Debug)]
pub(crate) enum Event {
    Frame(Frame),
    /// The TCP connection has ended; the text says how, after "the server" or "the client".
    Ended(&'static str),
    /// Nothing happened in the time that was waited.
    Quiet,
}

/// A connection to the server or client that is judged.
pub(crate) struct Peer {
    transport: Transport,
    pub(crate) record: Record,
    /// What has arrived and was not read as a frame or a response yet.
    pub(crate) incoming: Incoming,
    /// How long an answer may take.
    pub(crate) answer_time: Duration,
    /// When the check must be done.
    until: Instant,
    /// How the connection ended, if it has.
    pub(crate) ended: Option<&'static str>,
    /// Where masking keys come from. With it, the peer is a client that answers pings.
    pub(crate) random: Option<Random>,
    /// What the server sends back for a message.
    pub(crate) echo: Echo,
    /// How many pings may still be answered. None after a close frame was sent.
    pongs_left: u32,
    /// Which of the two is judged: `server` or `client`.
    pub(crate) role: &'static str,
    /// All frames of a client, each with its masking key.
    pub(crate) seen: Vec<Frame>,
}

impl Peer {
    pub(crate) fn new(transport: Transport, answer_time: Duration, until: Instant) -> Self {
        let (record, incoming) = (Record::default(), Incoming::default());
        let (ended, random, echo, pongs_left) = (None, None, Echo::Same, PONGS_MAX);
        let (role, seen) = ("server", Vec::new());
        Self {
            transport,
            record,
            incoming,
            answer_time,
            until,
            ended,
            random,
            echo,
            pongs_left,
            role,
            seen,
        }
    }

    /// The same connection, to a client: we are its server, and mask nothing.
    pub(crate) fn of_client(mut self) -> Self {
        self.record.is_server = true;
        Self { role: CLIENT, ..self }
    }

    /// Sends bytes, and reads what arrives meanwhile. Returns the offset of the first byte. That
    /// the server has gone is not an error here: the next event says so.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> u64 {
        let offset = self.record.add(Direction::Sent, bytes);
        self.write(bytes, self.until, true);
        offset
    }

    /// Sends bytes without reading anything, until all are sent or `until`. Returns how many were
    /// sent.
    pub(crate) fn push(&mut self, bytes: &[u8], until: Instant) -> usize {
        self.record.add(Direction::Sent, bytes);
        self.write(bytes, until.min(self.until), false)
    }

    /// Writes bytes to the socket, and reads while it is full if `reads`. Returns how many were
    /// written.
    fn write(&mut self, bytes: &[u8], until: Instant, reads: bool) -> usize {
        let mut count = 0;
        while (count < bytes.len() || self.transport.keeps_some()) && Instant::now() < until {
            match self.transport.write(&bytes[count..]) {
                Ok(more) => count += more,
                Err(error) if !is_timeout(&error) => break,
                Err(_) if reads => drop(self.fill(Instant::now())),
                Err(_) => {}
            }
        }
        count
    }

    /// Does not answer pings from now on, as if the peer were gone.
    pub(crate) fn answers_no_ping(&mut self) {
        self.pongs_left = 0;
    }

    /// Sends a frame. Returns the offset of its first byte.
    pub(crate) fn send_frame(&mut self, draft: &Draft) -> u64 {
        self.send_frames(slice::from_ref(draft))
    }

    /// Sends frames in one segment, each with a fresh masking key unless it has one. Returns the
    /// offset of the last one.
    pub(crate) fn send_frames(&mut self, drafts: &[Draft]) -> u64 {
        let (mut bytes, mut last) = (Vec::new(), 0);
        for draft in drafts {
            last = bytes.len() as u64;
            bytes.extend(self.bytes(draft));
            if draft.opcode == Opcode::Close {
                self.pongs_left = 0;
            }
        }
        self.send(&bytes) + last
    }

    /// Returns the bytes of a frame. If the draft does not say how it is masked, it is masked for a
    /// server, with a random key unless keys are fixed.
    pub(crate) fn bytes(&self, draft: &Draft) -> Vec<u8> {
        match &self.random {
            _ if draft.masking != Masking::AsDue => draft.bytes(),
            _ if self.role == CLIENT => draft.clone().unmasked().bytes(),
            Some(random) => draft.clone().masked_with(random.mask()).bytes(),
            None => draft.bytes(),
        }
    }

    /// Sends a frame in a segment of its own.
    pub(crate) fn send_apart(&mut self, draft: &Draft) {
        self.send_frame(draft);
        self.pause();
    }

    /// Waits a little, so that what is sent next is another segment. Returns early if something
    /// arrives.
    pub(crate) fn pause(&mut self) {
        self.fill(Instant::now() + PAUSE);
    }

    /// Returns the next frame, or what else happens within `wait`.
    pub(crate) fn event(&mut self, wait: Duration) -> Event {
        self.event_except(wait, |_| false)
    }

    /// Returns the next event within `wait`, except frames that `is_ignored` says yes to. A ping is
    /// answered, as a server may drop a client that does not.
    pub(crate) fn event_except(
        &mut self,
        wait: Duration,
        is_ignored: impl Fn(&Frame) -> bool,
    ) -> Event {
        let until = Instant::now() + wait;
        // A server that never stops sending does not keep us beyond the check's time.
        while Instant::now() < self.until {
            let start = self.record.count(Direction::Received) - self.incoming.bytes().len() as u64;
            if let Some((frame, used)) = Frame::read(self.incoming.bytes(), start) {
                self.incoming.takes(used);
                if frame.opcode == Opcode::Ping && self.random.is_some() && self.pongs_left > 0 {
                    self.pongs_left -= 1;
                    self.send_frame(&Draft::pong(frame.payload.clone()));
                }
                if self.role == CLIENT {
                    self.seen.push(frame.clone());
                }
                if is_ignored(&frame) {
                    continue;
                }
                return Event::Frame(frame);
            }
            if self.ended.is_some() || !self.fill(until) {
                break;
            }
        }
        self.ended.map_or(Event::Quiet, Event::Ended)
    }

    /// Reads what arrives before `until`. Returns whether anything has arrived.
    pub(crate) fn fill(&mut self, until: Instant) -> bool {
        let before = self.incoming.bytes().len();
        if self.ended.is_some() || before > UNREAD_MAX {
            return false;
        }
        match self.transport.read(self.incoming.buffer(), until.min(self.until)) {
            Ok(0) => self.ended = Some("ended the TCP connection"),
            Ok(_) => {
                self.record.add(Direction::Received, &self.incoming.bytes()[before..]);
                return true;
            }
            Err(error) if is_timeout(&error) => {}
            Err(_) => self.ended = Some("reset the TCP connection"),
        }
        false
    }

    /// Says that the opening handshake is over, so that what follows are frames.
    pub(crate) fn opened(&mut self) {
        self.record.opened(self.incoming.bytes());
    }

    /// The failure of the check: what happened, and under which byte the mark is.
    pub(crate) fn wrong(&self, happened: impl Into<String>, mark: impl Into<Option<Mark>>) -> Stop {
        let mark = mark.into();
        Stop::found(happened.into(), self.record.part_of(mark), mark)
    }
}

/// Whether an operation failed only because its time was up.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
