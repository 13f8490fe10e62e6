//! What has arrived on a connection and is not used up yet.

use std::io::{ErrorKind, Read as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Bytes asked of the socket at a time.
const READ_SIZE: usize = 64 * 1024;

/// What came of waiting for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// At least one byte.
    Bytes,
    /// The other end has closed the connection, or its half of it.
    End,
    /// The other end has reset the connection.
    Reset,
    /// Nothing, and time is up.
    TimeUp,
}

impl Arrival {
    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::Bytes => "bytes came",
            Self::End => "the other end closed the connection",
            Self::Reset => "the other end reset the connection",
            Self::TimeUp => "nothing more came in time",
        }
    }
}

/// The bytes that have arrived and are not used up yet.
pub struct Incoming {
    stream: TcpStream,
    buffer: Vec<u8>,
    used: usize,
    end: Option<Arrival>,
}

impl Incoming {
    /// Nothing has arrived yet.
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, buffer: Vec::new(), used: 0, end: None }
    }

    /// What has arrived and is not used up yet.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.used..]
    }

    /// Removes the first `size` bytes and returns them, or all bytes if there are fewer.
    pub fn takes(&mut self, size: usize) -> Vec<u8> {
        let taken: Vec<u8> = self.bytes().iter().take(size).copied().collect();
        self.used += taken.len();
        taken
    }

    /// Reads once, and waits for it until `deadline` at most.
    pub fn waits_for_more(&mut self, deadline: Instant) -> Arrival {
        if let Some(end) = self.end {
            return end;
        }
        self.buffer.drain(..self.used);
        self.used = 0;
        let unread = self.buffer.len();
        self.buffer.resize(unread + READ_SIZE, 0);
        let (size, arrival) = self.reads(unread, deadline);
        self.buffer.truncate(unread + size);
        if matches!(arrival, Arrival::End | Arrival::Reset) {
            self.end = Some(arrival);
        }
        arrival
    }

    fn reads(&mut self, from: usize, deadline: Instant) -> (usize, Arrival) {
        loop {
            // A timeout of zero would mean none at all.
            let left = deadline.saturating_duration_since(Instant::now());
            let timeout = left.max(Duration::from_millis(1));
            self.stream.set_read_timeout(Some(timeout)).expect("a timeout over zero can be set");
            match self.stream.read(&mut self.buffer[from..]) {
                Ok(0) => return (0, Arrival::End),
                Ok(size) => return (size, Arrival::Bytes),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Which of the two a timeout is differs between platforms.
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    return (0, Arrival::TimeUp);
                }
                Err(_) => return (0, Arrival::Reset),
            }
        }
    }
}
