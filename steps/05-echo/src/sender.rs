//! The writing half on tokio: collects what is said, and writes it in one go.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use tokio::io::AsyncWrite;

use crate::{Encoded, Message, Outbound, Role};

/// Payloads from this size on are written from where they lie, without being copied first. For
/// shorter ones a copy is cheaper than a system call.
const UNCOPIED_MIN: usize = 128 * 1024;
/// When so many bytes wait to be written, nothing more is read before they are: a peer that does
/// not listen is not listened to.
pub(crate) const PENDING_MAX: usize = 256 * 1024;

/// Says messages to the peer.
#[derive(Debug)]
pub struct Sender<Writer> {
    pub(crate) writer: Writer,
    pub(crate) outbound: Outbound,
}

impl<Writer: AsyncWrite + Unpin> Sender<Writer> {
    /// A sender that writes to `writer`.
    pub fn new(writer: Writer, role: Role) -> Self {
        Self { writer, outbound: Outbound::new(role) }
    }

    // ANCHOR: send
    /// Says a message. It is written together with others at the next [`recv`](crate::Receiver::recv)
    /// that has to wait, or at [`flush`](Self::flush); only a long one is written at once, from where
    /// it lies, as far as the system takes it. This never waits.
    ///
    /// # Errors
    /// When the connection is broken.
    pub fn send(&mut self, message: Message<'_>) -> io::Result<()> {
        let payload = message.payload();
        if payload.len() < UNCOPIED_MIN || !self.outbound.message_header(message) {
            self.outbound.message(message);
            return Ok(());
        }
        let parts = [self.outbound.pending(), payload].map(IoSlice::new);
        // Nobody is to be woken: what is left will be asked for again by a flush.
        let mut context = Context::from_waker(Waker::noop());
        let written = match Pin::new(&mut self.writer).poll_write_vectored(&mut context, &parts) {
            Poll::Ready(written) => written?,
            Poll::Pending => 0,
        };
        self.outbound.keep(written, payload);
        Ok(())
    }
    // ANCHOR_END: send

    /// Says a message that was encoded for many. It is written with others, as in [`send`](Self::send).
    pub fn send_encoded(&mut self, message: &Encoded) {
        self.outbound.encoded(message);
    }

    /// Bytes that have been said and are not written yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.outbound.pending().len()
    }

    /// Writes all that has been said.
    ///
    /// # Errors
    /// When the connection is broken.
    pub async fn flush(&mut self) -> io::Result<()> {
        poll_fn(|context| self.poll_flush(context)).await
    }

    /// The same, a step at a time. Progress is kept in the outbound half, so it does not matter
    /// whether the caller comes back.
    pub(crate) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outbound.pending().is_empty() {
            let written = Pin::new(&mut self.writer).poll_write(context, self.outbound.pending());
            match ready!(written)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => self.outbound.written(count),
            }
        }
        Pin::new(&mut self.writer).poll_flush(context)
    }
}
