//! Reads what arrives, piece by piece, from a client that may be slow, be silent, or never stop.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// The most bytes that one read returns. It may return fewer: TCP may deliver bytes that were written
/// at once in several pieces, and several writes in one piece.
const SEGMENT_MAX: usize = 4096;

/// The reason why no more bytes will come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndOfInput {
    /// The peer closed its side, or the connection broke.
    #[error("the peer closed the connection")]
    Closed,
    /// The time for this connection is up.
    #[error("its time was up")]
    TimeUp,
    /// The peer has sent as many bytes as we accept.
    #[error("it has sent as many bytes as we accept")]
    LimitReached,
}

// ANCHOR: segments
/// Reads what one connection sends: at most `bytes_left` bytes, until `deadline` at the latest.
///
/// A common mistake is to read once and to take the result for the whole request (fault F1). A read
/// returns what has arrived *so far*, so we read again until there is a reason to stop.
#[derive(Debug)]
pub struct Segments<'stream> {
    stream: &'stream TcpStream,
    deadline: Instant,
    bytes_left: usize,
    buffer: [u8; SEGMENT_MAX],
}
// ANCHOR_END: segments

impl<'stream> Segments<'stream> {
    /// Creates a reader of `stream` that ends after this time, or after this number of bytes.
    pub fn new(stream: &'stream TcpStream, time: Duration, bytes: usize) -> Self {
        let deadline = Instant::now() + time;
        Self { stream, deadline, bytes_left: bytes, buffer: [0; SEGMENT_MAX] }
    }

    // ANCHOR: next_segment
    /// Waits for bytes, and returns those that have arrived: at least one.
    ///
    /// # Errors
    /// [`EndOfInput`] if no more bytes will come, or if a limit is reached.
    pub fn next_segment(&mut self) -> Result<&[u8], EndOfInput> {
        if self.bytes_left == 0 {
            return Err(EndOfInput::LimitReached);
        }
        let wanted = self.bytes_left.min(SEGMENT_MAX);
        loop {
            // The time is limited for the whole connection. With a timeout for each read, a client
            // that sends a byte now and then could stay for ever.
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(EndOfInput::TimeUp);
            }
            let read = self.stream.set_read_timeout(Some(left));
            let read = read.and_then(|()| self.stream.read(&mut self.buffer[..wanted]));
            match read.map_err(|error| error.kind()) {
                Ok(count @ 1..) => {
                    self.bytes_left -= count;
                    return Ok(&self.buffer[..count]);
                }
                Err(ErrorKind::Interrupted) => {}
                Err(ErrorKind::WouldBlock | ErrorKind::TimedOut) => return Err(EndOfInput::TimeUp),
                Ok(0) | Err(_) => return Err(EndOfInput::Closed),
            }
        }
    }
    // ANCHOR_END: next_segment
}
