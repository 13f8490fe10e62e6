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

    /// Sends a message that was encoded once for many connections. It is written as in
    /// [`send`](Self::send).
    pub fn send_encoded(&mut self, message: &Encoded) {
        self.outbound.encoded(message);
    }

    /// The number of bytes that were sent and are not written yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.outbound.pending().len()
    }
}
