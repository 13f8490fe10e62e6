//! The sending side of a connection on tokio.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::AsyncWrite;

use crate::sans_io::{encoded::Encoded, message::Message, outbound::Outbound};

/// Payloads of at least this size are written from where they are, without a copy. For shorter ones
/// a copy is cheaper than a system call.
const UNCOPIED_MIN: usize = 128 * 1024;

/// Sends messages on a connection. Borrowed from it, alone or beside a received message.
pub struct Outgoing<'connection, Stream> {
    pub(super) stream: &'connection mut Stream,
    pub(super) outbound: &'connection mut Outbound,
}

impl<Stream: AsyncWrite + Unpin> Outgoing<'_, Stream> {
    // ANCHOR: send
    /// Sends a message. This never waits: the message is written together with others, when
    /// [`recv`](crate::Connection::recv) has no more messages to return, or by
    /// [`flush`](crate::Connection::flush). Of a long one, as much as the system takes is written at
    /// once.
    ///
    /// # Errors
    /// If the TCP connection is broken.
    pub fn send(&mut self, message: Message<'_>) -> io::Result<()> {
        let payload = message.payload();
        if payload.len() < UNCOPIED_MIN || !self.outbound.uncopied(message) {
            self.outbound.message(message);
            return Ok(());
        }
        let parts = [self.outbound.pending(), payload].map(IoSlice::new);
        // Nobody needs to be woken: the next flush asks again.
        let mut context = Context::from_waker(Waker::noop());
        let written = match Pin::new(&mut *self.stream).poll_write_vectored(&mut context, &parts) {
            Poll::Ready(written) => written?,
            Poll::Pending => 0,
        };
        self.outbound.written_uncopied(written, payload);
        Ok(())
    }
    // ANCHOR_END: send

    /// Sends messages that were encoded once for many connections. They are written as in
    /// [`send`](Self::send).
    pub fn send_encoded(&mut self, messages: &Encoded) {
        self.outbound.encoded(messages);
    }

    // ANCHOR: write_encoded
    /// Sends messages that were encoded once for many connections, and writes what the system takes
    /// at once: from the bytes that all connections share, if these are the same here. Returns whether
    /// the system has taken everything.
    ///
    /// This may be called by another task than the one that reads from the connection. If it returns
    /// `false`, that task must be woken. It writes the rest, or finds that the connection is broken.
    pub fn write_encoded(&mut self, messages: &Encoded) -> bool {
        if self.pending() > 0 {
            // That task waits for room already, or is about to write.
            self.outbound.encoded(messages);
            return false;
        }
        if let Some(bytes) = self.outbound.shared_bytes(messages) {
            if !self.outbound.is_closed() {
                let written = try_write(self.stream, bytes);
                self.outbound.raw(&bytes[written..]);
            }
        } else {
            self.outbound.encoded(messages);
            let written = try_write(self.stream, self.outbound.pending());
            self.outbound.written(written);
        }
        let mut context = Context::from_waker(Waker::noop());
        let is_flushed = Pin::new(&mut *self.stream).poll_flush(&mut context).is_ready();
        self.pending() == 0 && is_flushed
    }
    // ANCHOR_END: write_encoded

    /// The number of bytes that were sent and are not written yet.
    pub fn pending(&self) -> usize {
        self.outbound.pending().len()
    }
}

/// Writes what the system takes at once. Returns the number of bytes. Whatever is wrong with the
/// connection, its own task will notice.
fn try_write(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> usize {
    let mut context = Context::from_waker(Waker::noop());
    match Pin::new(stream).poll_write(&mut context, bytes) {
        Poll::Ready(Ok(written)) => written,
        Poll::Ready(Err(_)) | Poll::Pending => 0,
    }
}
