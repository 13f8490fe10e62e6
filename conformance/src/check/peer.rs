//! A connection on which every wait has a limit, and which keeps a record of both directions.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use super::{
    catalogue::Stop,
    frame::{Draft, Frame},
    record::{Direction, Finding, Mark, Record},
    session::Session,
};

/// How many bytes are read at a time.
const PIECE: usize = 64 * 1024;
/// How long one attempt to write may take before we look whether there is something to read: a
/// server that waits for us to read would never read itself.
const TURN: Duration = Duration::from_millis(50);
/// How long a segment is given to arrive by itself.
const PAUSE: Duration = Duration::from_millis(120);
/// The most that is kept of what has arrived and is no frame yet.
const UNREAD_MAX: usize = 64 * 1024 * 1024;

/// What the server does next.
#[derive(Debug)]
pub(super) enum Event {
    Frame(Frame),
    /// The TCP connection is over; says how, after "the server".
    Ended(&'static str),
    /// Nothing, for as long as was waited.
    Quiet,
}

/// A connection to the server.
pub(super) struct Peer {
    stream: TcpStream,
    pub(super) record: Record,
    pub(super) unread: Vec<u8>,
    pub(super) answer_time: Duration,
    until: Instant,
    /// Set once the connection is over.
    ended: Option<&'static str>,
}

impl Peer {
    pub(super) fn new(stream: TcpStream, session: &Session) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(TURN))?;
        let (record, unread, answer_time) = (Record::default(), Vec::new(), session.options.answer);
        Ok(Self { stream, record, unread, answer_time, until: session.until, ended: None })
    }

    /// Sends bytes, and takes what comes meanwhile. That the server is gone is no error here: it
    /// shows as what happens next. Returns the offset of the first byte.
    pub(super) fn send(&mut self, bytes: &[u8]) -> u64 {
        let offset = self.record.add(Direction::Sent, bytes);
        let mut left = bytes;
        while !left.is_empty() && Instant::now() < self.until {
            match self.stream.write(left) {
                Ok(count) => left = &left[count..],
                Err(error) if is_timeout(&error) => {
                    self.fill(Instant::now());
                }
                Err(_) => break,
            }
        }
        offset
    }

    /// Sends a frame. Returns the offset of its first byte.
    pub(super) fn send_frame(&mut self, draft: &Draft) -> u64 {
        self.send(&draft.bytes())
    }

    /// Sends a frame, and lets it arrive by itself.
    pub(super) fn send_apart(&mut self, draft: &Draft) {
        self.send_frame(draft);
        self.pause();
    }

    /// Sends bytes without reading anything, until all are sent or `until`. Says how many were.
    pub(super) fn push(&mut self, bytes: &[u8], until: Instant) -> usize {
        self.record.add(Direction::Sent, bytes);
        let mut count = 0;
        while count < bytes.len() && Instant::now() < until.min(self.until) {
            match self.stream.write(&bytes[count..]) {
                Ok(more) => count += more,
                Err(error) if is_timeout(&error) => {}
                Err(_) => break,
            }
        }
        count
    }

    /// Lets some time pass, so that what is sent next is another segment. Ends early if something
    /// comes.
    pub(super) fn pause(&mut self) {
        self.fill(Instant::now() + PAUSE);
    }

    /// The next frame, or what else happens within `wait`.
    pub(super) fn event(&mut self, wait: Duration) -> Event {
        let until = Instant::now() + wait;
        // A server that never stops talking does not keep us beyond the check's time.
        while Instant::now() < self.until {
            let start = self.record.count(Direction::Received) - self.unread.len() as u64;
            if let Some((frame, used)) = Frame::read(&self.unread, start) {
                self.unread.drain(..used);
                return Event::Frame(frame);
            }
            if let Some(how) = self.ended {
                return Event::Ended(how);
            }
            if !self.fill(until) {
                break;
            }
        }
        self.ended.map_or(Event::Quiet, Event::Ended)
    }

    /// Reads what comes before `until`. Whether anything has come.
    pub(super) fn fill(&mut self, until: Instant) -> bool {
        if self.ended.is_some() || self.unread.len() > UNREAD_MAX {
            return false;
        }
        let left = until.min(self.until).saturating_duration_since(Instant::now());
        // No time at all would mean for ever.
        let timeout = left.max(Duration::from_millis(1));
        let mut piece = vec![0; PIECE];
        let read = self.stream.set_read_timeout(Some(timeout)).and_then(|()| {
            loop {
                match self.stream.read(&mut piece) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    read => return read,
                }
            }
        });
        match read {
            Ok(0) => self.ended = Some("ended the TCP connection"),
            Ok(count) => {
                self.record.add(Direction::Received, &piece[..count]);
                self.unread.extend_from_slice(&piece[..count]);
                return true;
            }
            Err(error) if is_timeout(&error) => {}
            Err(_) => self.ended = Some("reset the TCP connection"),
        }
        false
    }

    /// Forgets the opening handshake: what is shown is the conversation after it.
    pub(super) fn opened(&mut self) {
        self.record.forget_but(&self.unread);
    }

    /// How the connection ended, if it has.
    pub(super) fn ended(&self) -> Option<&'static str> {
        self.ended
    }

    /// The check has failed: says what happened.
    pub(super) fn wrong(&self, happened: impl Into<String>, mark: impl Into<Option<Mark>>) -> Stop {
        let (happened, record, mark) = (happened.into(), self.record.clone(), mark.into());
        Stop::Failed(Box::new(Finding { happened, record, mark }))
    }
}

/// Whether nothing was wrong but the time.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
