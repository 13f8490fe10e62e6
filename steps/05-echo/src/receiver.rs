//! The reading half on tokio. It does all the waiting: for bytes, for room to write, for a sign of
//! life, and for the peer's part of the closing handshake.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::BufMut;
use framing::Opcode;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, sink};
use tokio::time::timeout;

use crate::clock::Alarm;
use crate::sender::PENDING_MAX;
use crate::{
    Agreement, Clock, CloseCode, CloseFrame, Failure, Inbound, Limits, Message, Role, Sender,
};

/// Hears what the peer says.
#[derive(Debug)]
pub struct Receiver<Reader> {
    reader: Reader,
    inbound: Inbound,
    alarm: Alarm,
}

// ANCHOR: ended
/// How a connection ended.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// With a closing handshake, and this status code, if there was one.
    #[error("closed {}", .0.map_or("without a status code".to_owned(), |code| format!("with {code}")))]
    Closed(Option<CloseCode>),
    /// The peer broke a rule, and was told so.
    #[error("failed with {}: {}", .0.code(), .0)]
    Failed(Failure),
    /// The peer was quiet for too long, and did not answer pings.
    #[error("dropped: it has been quiet for too long")]
    Quiet,
    /// Not yet: the program stops, and the connection is to [end](Receiver::end).
    #[error("told to stop")]
    Stopped,
    /// Without a closing handshake: the peer vanished. Browsers call it 1006.
    #[error("vanished without a close: {0}")]
    Vanished(#[from] io::Error),
}
// ANCHOR_END: ended

impl<Reader: AsyncRead + Unpin> Receiver<Reader> {
    /// A receiver that reads from `reader`, of which `rest` has been read already, behind the
    /// opening handshake.
    pub fn new(
        reader: Reader,
        rest: Vec<u8>,
        role: Role,
        limits: Limits,
        clock: &Arc<Clock>,
    ) -> Self {
        Self { reader, inbound: Inbound::new(role, limits, rest), alarm: Alarm::new(clock) }
    }

    /// From now on messages may be compressed both ways, as it was agreed in the opening handshake.
    pub fn agree<Writer>(&mut self, agreed: Agreement, sender: &mut Sender<Writer>) {
        self.inbound.agree(agreed);
        sender.outbound.agree(agreed);
    }

    // ANCHOR: recv
    /// The next message.
    ///
    /// Pings are answered along the way, and a close is. What `sender` holds is written as soon as
    /// there is no message to return, and so in one piece with all the answers to what came in one
    /// piece.
    ///
    /// It may be dropped while it waits, by `select!` for example, and called again: nothing is lost.
    ///
    /// # Errors
    /// [`Ended`], when there is no more to be heard, for whatever reason. What has to be said and
    /// waited for then is left to [`end`](Self::end).
    pub async fn recv<Writer: AsyncWrite + Unpin>(
        &mut self,
        sender: &mut Sender<Writer>,
    ) -> Result<Message<'_>, Ended> {
        if sender.outbound.pending().len() > PENDING_MAX {
            poll_fn(|context| self.poll_flush(sender, context)).await?;
        }
        loop {
            match self.inbound.find() {
                Ok(None) => poll_fn(|context| self.poll_exchange(sender, context)).await?,
                Ok(Some(Opcode::Ping)) => sender.outbound.pong(self.inbound.found()),
                Ok(Some(Opcode::Pong)) => {}
                Ok(Some(Opcode::Close)) => {
                    let close = CloseFrame::decode(self.inbound.found());
                    let code = close.ok().flatten().map(|close| close.code);
                    sender.outbound.close(code, "");
                    return Err(Ended::Closed(code));
                }
                Ok(Some(opcode)) => return Ok(Message::new(opcode, self.inbound.found())),
                Err(failure) => {
                    sender.outbound.fail(&failure);
                    return Err(Ended::Failed(failure));
                }
            }
        }
    }
    // ANCHOR_END: recv

    /// Writes what `sender` holds, and does not listen meanwhile.
    ///
    /// # Errors
    /// [`Ended`], as in [`recv`](Self::recv).
    pub async fn flush<Writer: AsyncWrite + Unpin>(
        &mut self,
        sender: &mut Sender<Writer>,
    ) -> Result<(), Ended> {
        poll_fn(|context| self.poll_flush(sender, context)).await
    }

    /// Does not listen, for as long as nobody drops it: a peer that says too much has to wait. What
    /// `sender` holds is written meanwhile. Returns only if the connection is over.
    pub async fn pause<Writer: AsyncWrite + Unpin>(
        &mut self,
        sender: &mut Sender<Writer>,
    ) -> Ended {
        poll_fn(|context| {
            loop {
                // We would not hear it, so its silence says nothing.
                self.alarm.alive = true;
                if let Err(ended) = ready!(self.poll_flush(sender, context)) {
                    return Poll::Ready(ended);
                }
                if let Err(ended) = ready!(self.alarm.poll(context)) {
                    return Poll::Ready(ended);
                }
            }
        })
        .await
    }

    /// Ends the connection as it becomes the way in which it `ended`: after a close or a failure,
    /// our last words are written; when we are to stop, the peer is told.
    pub async fn end<Writer: AsyncWrite + Unpin>(
        mut self,
        sender: &mut Sender<Writer>,
        ended: &Ended,
    ) {
        match ended {
            Ended::Closed(_) | Ended::Failed(_) => self.finish(sender).await,
            Ended::Stopped => {
                let close = CloseFrame { code: CloseCode::GOING_AWAY, reason: "the server stops" };
                let time = self.alarm.clock.timeouts.close;
                self.close(sender, close, time).await;
            }
            Ended::Quiet | Ended::Vanished(_) => {}
        }
    }

    /// Closes from our side: says so, waits for the peer to agree, for at most `time`, and ends the
    /// connection. What the peer still says is not heard.
    pub async fn close<Writer: AsyncWrite + Unpin>(
        mut self,
        sender: &mut Sender<Writer>,
        close: CloseFrame<'_>,
        time: Duration,
    ) {
        sender.outbound.close(Some(close.code), close.reason);
        let agreed = async {
            loop {
                match self.inbound.find() {
                    Ok(None) => poll_fn(|context| self.poll_exchange(sender, context)).await?,
                    Ok(Some(Opcode::Close)) | Err(_) => return Ok::<_, Ended>(()),
                    Ok(Some(_)) => {}
                }
            }
        };
        // Whether it agrees or not, it has had its time.
        let _ = timeout(time, agreed).await;
        self.finish(sender).await;
    }

    // ANCHOR: finish
    /// Ends the TCP connection, both sides having said what they had to (RFC 6455 §7.1.1).
    ///
    /// Whoever closes a socket with unread bytes in it resets the connection, and a reset overtakes
    /// the close frame. So we end our direction, and read until the peer has ended its own.
    ///
    /// It is boxed where it is used: an idle connection need not keep room for its own end.
    async fn finish<Writer: AsyncWrite + Unpin>(&mut self, sender: &mut Sender<Writer>) {
        let time = self.alarm.clock.timeouts.close;
        let ended = async {
            sender.flush().await?;
            // The server is the first to end the connection.
            if self.inbound.role == Role::Server {
                sender.writer.shutdown().await?;
            }
            copy(&mut self.reader, &mut sink()).await
        };
        let _ = timeout(time, ended).await;
    }
    // ANCHOR_END: finish

    // ANCHOR: poll_exchange
    /// Writes what there is to write, then reads what there is to read. Ready when bytes came.
    #[expect(clippy::inline_always, reason = "a return behind a system call is never predicted")]
    #[inline(always)]
    fn poll_exchange<Writer: AsyncWrite + Unpin>(
        &mut self,
        sender: &mut Sender<Writer>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Ended>> {
        loop {
            ready!(self.poll_flush(sender, context))?;
            if let Poll::Ready(count) = self.poll_read(context)? {
                self.alarm.alive = true;
                return Poll::Ready(match count {
                    0 => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                    _ => Ok(()),
                });
            }
            ready!(self.alarm.poll(context))?;
            // And round again, to write it.
            sender.outbound.ping(b"");
        }
    }
    // ANCHOR_END: poll_exchange

    /// Writes all that is pending. A peer that takes none of it for the idle time is gone.
    #[expect(clippy::inline_always, reason = "two calls cost a message 60 instructions")]
    #[inline(always)]
    fn poll_flush<Writer: AsyncWrite + Unpin>(
        &mut self,
        sender: &mut Sender<Writer>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Ended>> {
        let pending = sender.outbound.pending().len();
        if let Poll::Ready(flushed) = sender.poll_flush(context)? {
            return Poll::Ready(Ok(flushed));
        }
        self.alarm.alive |= sender.outbound.pending().len() < pending;
        // A ping would only wait behind the rest.
        while self.alarm.poll(context)?.is_ready() {}
        Poll::Pending
    }

    /// Reads once, into a buffer that is only held if there is something in it.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let max = self.inbound.read_max();
        let mut room = self.inbound.buffer().limit(max);
        let read = pin!(self.reader.read_buf(&mut room)).poll(context);
        if read.is_pending() {
            self.inbound.rest();
        }
        read
    }
}
