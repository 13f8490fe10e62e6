//! One connection on tokio. It does all the waiting: for bytes, for room to write, for a sign of
//! life, and for the peer's part of the closing handshake.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, sink};
use tokio::time::timeout;

use super::clock::{Alarm, Clock};
use super::{ended::Ended, outgoing::Outgoing};
use crate::sans_io::close::{CloseCode, CloseFrame};
use crate::sans_io::endpoint::{Endpoint, Progress};
use crate::sans_io::{message::Message, role::Role};

/// While more bytes than this wait to be written, nothing is read: a peer that does not read gets no
/// further answers to its questions.
const PENDING_MAX: usize = 256 * 1024;

// ANCHOR: connection
/// An open WebSocket connection: the protocol, and the stream that its bytes travel on.
pub struct Connection<Stream> {
    stream: Stream,
    endpoint: Endpoint,
    alarm: Alarm,
}
// ANCHOR_END: connection

impl<Stream: AsyncRead + AsyncWrite + Unpin> Connection<Stream> {
    /// A connection on `stream`, after the opening handshake. The clock says when it is idle.
    pub fn new(stream: Stream, endpoint: Endpoint, clock: &Arc<Clock>) -> Self {
        Self { stream, endpoint, alarm: Alarm::new(clock) }
    }

    // ANCHOR: recv
    /// Returns the next message, and the sending side to answer it with.
    ///
    /// Pings and the peer's close are answered on the way. All that was sent is written as soon as
    /// there is no message to return: in one piece, with the answers to all that came in one piece.
    ///
    /// This future may be dropped while it waits, by `select!` for example. Nothing is lost.
    ///
    /// # Errors
    /// [`Ended`], if no more messages will come. What is still to be written and waited for then is
    /// left to [`end`](Self::end).
    pub async fn recv(&mut self) -> Result<(Message<'_>, Outgoing<'_, Stream>), Ended> {
        if self.endpoint.outbound().pending().len() > PENDING_MAX {
            self.flush().await?;
        }
        while self.endpoint.advance()? == Progress::NeedsBytes {
            poll_fn(|context| self.poll_exchange(context)).await?;
        }
        let (message, outbound) = self.endpoint.message();
        Ok((message, Outgoing { stream: &mut self.stream, outbound }))
    }
    // ANCHOR_END: recv

    /// The sending side.
    pub fn outgoing(&mut self) -> Outgoing<'_, Stream> {
        Outgoing { stream: &mut self.stream, outbound: self.endpoint.outbound() }
    }

    /// The stream that the bytes travel on.
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Writes all that was sent, and reads nothing meanwhile.
    ///
    /// # Errors
    /// [`Ended`], as in [`recv`](Self::recv).
    pub async fn flush(&mut self) -> Result<(), Ended> {
        poll_fn(|context| self.poll_flush(context)).await
    }

    /// Reads nothing for as long as this future is kept: a peer that sends too fast has to wait. What
    /// was sent is written meanwhile. Returns only if the connection is over.
    pub async fn pause(&mut self) -> Ended {
        loop {
            let woken = poll_fn(|context| {
                // We do not read, so the peer's silence means nothing.
                self.alarm.alive = true;
                ready!(self.poll_flush(context))?;
                self.alarm.poll(context)
            });
            if let Err(ended) = woken.await {
                return ended;
            }
        }
    }

    // ANCHOR: end
    /// Ends the connection as it becomes the way in which it `ended`, within the close timeout: after
    /// a close or a failure, the last frames are written; if the program stops, the peer is told.
    pub async fn end(mut self, ended: &Ended) {
        let time = self.alarm.clock.timeouts.close;
        match ended {
            // A peer that has not ended its side by then has had its time.
            Ended::ByPeer(_) => {
                let _ = timeout(time, self.finish()).await;
            }
            Ended::Stopped => {
                let reason = "the server stops";
                self.close(CloseFrame { code: CloseCode::GOING_AWAY, reason }, time).await;
            }
            Ended::Idle | Ended::Vanished(_) => {}
        }
    }
    // ANCHOR_END: end

    // ANCHOR: close
    /// Closes the connection: sends `close`, waits for the peer's, and ends the TCP connection, all
    /// within `time`. Messages that still come are ignored.
    pub async fn close(mut self, close: CloseFrame<'_>, time: Duration) {
        self.endpoint.outbound().close(Some(close));
        let handshake = async {
            while let Ok(progress) = self.endpoint.advance() {
                if progress == Progress::NeedsBytes
                    && let Err(ended) = poll_fn(|context| self.poll_exchange(context)).await
                    // That the program stops is no reason to stop closing.
                    && !matches!(ended, Ended::Stopped)
                {
                    break;
                }
            }
            self.finish().await
        };
        // Whether the peer has done its part or not, it has had its time.
        let _ = timeout(time, handshake).await;
    }
    // ANCHOR_END: close

    // ANCHOR: finish
    /// Ends the TCP connection, after both sides have sent their last frame (RFC 6455 §7.1.1).
    ///
    /// A socket that is closed with unread bytes in it resets the connection, and the peer's system
    /// may then discard our close frame. So we end our direction, and read until the peer has ended
    /// its own.
    ///
    /// It is boxed where it is used: an idle connection need not keep room for its own end.
    async fn finish(&mut self) -> io::Result<u64> {
        while !self.endpoint.outbound().pending().is_empty() {
            let written = self.stream.write(self.endpoint.outbound().pending()).await?;
            self.endpoint.outbound().written(written);
        }
        self.stream.flush().await?;
        // The server is the first to end the connection.
        if self.endpoint.role() == Role::Server {
            self.stream.shutdown().await?;
        }
        copy(&mut self.stream, &mut sink()).await
    }
    // ANCHOR_END: finish

    // ANCHOR: poll_exchange
    /// Writes what is pending, then reads what has come. Ready when bytes came.
    fn poll_exchange(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        loop {
            ready!(self.poll_flush(context))?;
            // A peer that is never silent is never waited for.
            self.alarm.check_stopped()?;
            if let Poll::Ready(count) = self.poll_read(context)? {
                self.alarm.alive = true;
                return Poll::Ready(match count {
                    0 => Err(Ended::Vanished(ErrorKind::UnexpectedEof.into())),
                    _ => Ok(()),
                });
            }
            ready!(self.alarm.poll(context))?;
            // The next round writes it.
            self.endpoint.outbound().ping();
        }
    }
    // ANCHOR_END: poll_exchange

    /// Writes all that is pending. A peer that takes none of it for the idle time is dropped.
    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        let outbound = self.endpoint.outbound();
        let before = outbound.pending().len();
        while !outbound.pending().is_empty() {
            match Pin::new(&mut self.stream).poll_write(context, outbound.pending())? {
                Poll::Ready(0) => {
                    return Poll::Ready(Err(Ended::Vanished(ErrorKind::WriteZero.into())));
                }
                Poll::Ready(count) => outbound.written(count),
                Poll::Pending => {
                    self.alarm.alive |= outbound.pending().len() < before;
                    outbound.rest();
                    // A ping would only wait behind the rest.
                    while self.alarm.poll(context)?.is_ready() {}
                    return Poll::Pending;
                }
            }
        }
        Pin::new(&mut self.stream).poll_flush(context).map_err(Ended::from)
    }

    /// Reads once, into a buffer that is held only if there is something in it.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut buffer = self.endpoint.buffer();
        let read = pin!(self.stream.read_buf(&mut buffer)).poll(context);
        if read.is_pending() {
            self.endpoint.rest();
        }
        read
    }
}
