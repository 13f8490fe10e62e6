//! The sending side of a connection on tokio.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::AsyncWrite;

use crate::sans_io::{encoded::Encoded, message::Message, outbound::Outbound};

/// Payloads of at least this size are written from where they are, without a copy. For shorter
/// ones, a copy costs less than a system call.
const UNCOPIED_MIN: usize = 128 * 1024;

// ANCHOR: outgoing
/// The sending side of a connection. It is borrowed from the connection, alone or with a message.
pub struct Outgoing<'connection, Stream> {
    pub(super) stream: &'connection mut Stream,
    pub(super) outbound: &'connection mut Outbound,
}
// ANCHOR_END: outgoing

impl<Stream: AsyncWrite + Unpin> Outgoing<'_, Stream> {
    // ANCHOR: send
    /// Sends a message without waiting. It is written together with others, when
    /// [`recv`](crate::Connection::recv) has no more messages to return, or by
    /// [`flush`](crate::Connection::flush). A long one is written at once, as far as the system takes
    /// it.
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
        // No task needs to be woken, because the next flush tries again.
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
    /// Sends messages that were encoded once for many connections, and writes at once what the
    /// system takes. The bytes that all connections share are written without a copy, if this
    /// connection can use them. Returns whether the system has taken everything.
    ///
    /// The caller may be another task than the one that reads from the connection. If this returns
    /// `false`, the caller must wake that task. It writes the rest, or finds that the connection is
    /// broken.
    pub fn write_encoded(&mut self, messages: &Encoded) -> bool {
        if self.pending() > 0 {
            // That task already waits for room, or will write soon.
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

    /// Returns the number of bytes that were sent and have not been written.
    pub fn pending(&self) -> usize {
        self.outbound.pending().len()
    }
}

/// Writes what the system takes at once. Returns the number of bytes. The connection's own task
/// finds errors.
fn try_write(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> usize {
    let mut context = Context::from_waker(Waker::noop());
    match Pin::new(stream).poll_write(&mut context, bytes) {
        Poll::Ready(Ok(written)) => written,
        Poll::Ready(Err(_)) | Poll::Pending => 0,
    }
}
