//! One connection on tokio. It waits for bytes, for room to write, for the clock, and for the
//! peer's part of the closing handshake.

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

/// While more bytes than this wait to be written, the connection returns no messages, and so reads
/// nothing.
const PENDING_MAX: usize = 256 * 1024;

// ANCHOR: connection
/// An open WebSocket connection on tokio: the socket, the protocol, and the clock.
pub struct Connection<Stream> {
    stream: Stream,
    endpoint: Endpoint,
    alarm: Alarm,
}
// ANCHOR_END: connection

impl<Stream: AsyncRead + AsyncWrite + Unpin> Connection<Stream> {
    /// Creates a connection on `stream`, after the opening handshake.
    pub fn new(stream: Stream, endpoint: Endpoint, clock: &Arc<Clock>) -> Self {
        Self { stream, endpoint, alarm: Alarm::new(clock) }
    }

    // ANCHOR: recv
    /// Returns the next message, and the sending side for an answer.
    ///
    /// Pings and the peer's close frame are answered on the way. When the bytes so far have no more
    /// messages, all answers are written, and then more bytes are read.
    ///
    /// This future may be dropped while it waits, for example by `select!`. No bytes are lost:
    /// those that were read, and those that still have to be written, are in the connection.
    ///
    /// # Errors
    /// [`Ended`], if no more messages will come. Then call [`end`](Self::end), which does the rest.
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

    /// Returns the sending side.
    pub fn outgoing(&mut self) -> Outgoing<'_, Stream> {
        Outgoing { stream: &mut self.stream, outbound: self.endpoint.outbound() }
    }

    /// Wakes the task that waits for something on this connection.
    pub fn wake_task(&self) {
        self.alarm.wake_task();
    }

    /// Returns the socket.
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Writes all bytes that are pending, and reads nothing meanwhile.
    ///
    /// # Errors
    /// [`Ended`], as in [`recv`](Self::recv).
    pub async fn flush(&mut self) -> Result<(), Ended> {
        poll_fn(|context| self.poll_flush(context)).await
    }

    /// Reads nothing while the caller waits for this future, so that a peer which sends too fast
    /// has to wait. Pending bytes are written. Returns only if the connection is over.
    pub async fn pause(&mut self) -> Ended {
        loop {
            let woken = poll_fn(|context| {
                // We do not read, so we cannot tell whether the peer is silent.
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
    /// Does the rest of the work after the connection has `ended`, within the close timeout. After a
    /// close frame or a failure, it writes our last frames. If the program stops, it closes the
    /// connection with 1001.
    pub async fn end(mut self, ended: &Ended) {
        let time = self.alarm.clock.timeouts.close;
        match ended {
            // If the peer has not ended its side in this time, the connection is dropped.
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
    /// Closes the connection: sends `close`, waits for the peer's close frame, and ends the TCP
    /// connection, all within `time`. Messages that still arrive are ignored.
    pub async fn close(mut self, close: CloseFrame<'_>, time: Duration) {
        self.endpoint.outbound().close(Some(close));
        let handshake = async {
            while let Ok(progress) = self.endpoint.advance() {
                if progress == Progress::NeedsBytes
                    && let Err(ended) = poll_fn(|context| self.poll_exchange(context)).await
                    // If the program stops, we go on closing.
                    && !matches!(ended, Ended::Stopped)
                {
                    break;
                }
            }
            self.finish().await
        };
        // When the time is up, the connection is dropped.
        let _ = timeout(time, handshake).await;
    }
    // ANCHOR_END: close

    // ANCHOR: finish
    /// Ends the TCP connection, after both sides have sent their last frame (RFC 6455 §7.1.1).
    ///
    /// If a socket is closed while it has unread bytes, the system resets the connection, and the
    /// peer's system may then discard our close frame. So we end our direction, and read until the
    /// peer has ended its own.
    async fn finish(&mut self) -> io::Result<u64> {
        while !self.endpoint.outbound().pending().is_empty() {
            let written = self.stream.write(self.endpoint.outbound().pending()).await?;
            self.endpoint.outbound().written(written);
        }
        self.stream.flush().await?;
        // The server ends the TCP connection first.
        if self.endpoint.role() == Role::Server {
            self.stream.shutdown().await?;
        }
        copy(&mut self.stream, &mut sink()).await
    }
    // ANCHOR_END: finish

    // ANCHOR: poll_exchange
    /// Writes what is pending, and then reads. Ready when bytes have been read.
    fn poll_exchange(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        loop {
            ready!(self.poll_flush(context))?;
            // If the peer is never silent, the alarm below is never polled.
            self.alarm.check_stopped()?;
            if let Poll::Ready(count) = self.poll_read(context)? {
                self.alarm.alive = true;
                return Poll::Ready(match count {
                    0 => Err(Ended::Vanished(ErrorKind::UnexpectedEof.into())),
                    _ => Ok(()),
                });
            }
            ready!(self.alarm.poll(context))?;
            // It is written in the next round.
            self.endpoint.outbound().ping();
        }
    }
    // ANCHOR_END: poll_exchange

    // ANCHOR: poll_flush
    /// Writes all that is pending. Fails if the peer takes nothing of it for the idle time.
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
                    return self.alarm.poll_without_ping(context);
                }
            }
        }
        match Pin::new(&mut self.stream).poll_flush(context)? {
            Poll::Ready(()) => Poll::Ready(Ok(())),
            // TLS has taken bytes that it cannot write.
            Poll::Pending => self.alarm.poll_without_ping(context),
        }
    }
    // ANCHOR_END: poll_flush

    // ANCHOR: poll_read
    /// Reads once. If there are no bytes, the buffer goes back to the pool.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut buffer = self.endpoint.buffer();
        let read = pin!(self.stream.read_buf(&mut buffer)).poll(context);
        if read.is_pending() {
            self.endpoint.rest();
        }
        read
    }
    // ANCHOR_END: poll_read
}
