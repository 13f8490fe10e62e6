//! Connects a conversation with a socket and the clock.

use std::future::{Future as _, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::time::{sleep_until, timeout};

use crate::autobahn::engine::conversation::Conversation;
use crate::autobahn::wire::endpoint::Drop;
use crate::autobahn::wire::http::Head;

/// How much is read at once.
const READ: usize = 128 * 1024;
/// The largest head of a request or an answer.
const HEAD: usize = 64 * 1024;
/// When the judge ends the TCP connection, it may take this long to write the rest of its output.
const FLUSH_TIME: Duration = Duration::from_secs(1);

/// Reads a head, and what came after it.
///
/// # Errors
/// A sentence, if the peer ends TCP before, or if the head is too large.
pub(crate) async fn read_head(
    stream: &mut (impl AsyncRead + Unpin),
) -> Result<(Vec<u8>, Vec<u8>), String> {
    let mut bytes = Vec::new();
    loop {
        if let Some(length) = Head::length(&bytes) {
            let rest = bytes.split_off(length);
            return Ok((bytes, rest));
        }
        if bytes.len() > HEAD {
            return Err("the head has no end".to_owned());
        }
        match stream.read_buf(&mut bytes).await {
            Ok(0) => return Err("the peer ended TCP in the opening handshake".to_owned()),
            Ok(_) => {}
            Err(error) => return Err(format!("TCP ended in the opening handshake: {error}")),
        }
    }
}

/// Holds a conversation to its end. `early` are bytes that came with the opening handshake.
pub(crate) async fn drive<Stream: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut Stream,
    mut conversation: Conversation,
    mut early: Vec<u8>,
) -> Conversation {
    if !early.is_empty() {
        conversation.receive(&mut early, Instant::now());
    }
    let mut socket = Socket { stream, buffer: vec![0; READ], can_write: true, is_flushed: true };
    let mut alarm = pin!(sleep_until(Instant::now().into()));
    while !conversation.is_over() {
        let turn = poll_fn(|context| {
            if let Poll::Ready(turn) = socket.poll_turn(context, &mut conversation) {
                return Poll::Ready(turn);
            }
            ready!(alarm.as_mut().poll(context));
            Poll::Ready(Turn::Alarm)
        });
        match turn.await {
            Turn::Moved => {}
            // A write has ended where the case wants it. The peer may run now.
            Turn::Cut => tokio::task::yield_now().await,
            Turn::Ended => return conversation,
            Turn::Alarm => conversation.tick(Instant::now()),
        }
        // An alarm that is too early does no harm, so that it is seldom set.
        let deadline = conversation.deadline().map(tokio::time::Instant::from_std);
        if let Some(deadline) = deadline
            && (deadline < alarm.deadline() || alarm.is_elapsed())
        {
            alarm.as_mut().reset(deadline);
        }
    }
    if conversation.drop_tcp() == Some(Drop::Orderly) {
        let rest = async {
            while !conversation.output().next().is_empty() {
                let count = socket.stream.write(conversation.output().next()).await?;
                conversation.output().advance(count);
            }
            socket.stream.shutdown().await
        };
        // A peer that reads no more loses the rest.
        let _ = timeout(FLUSH_TIME, rest).await;
    }
    conversation
}

/// What happened.
enum Turn {
    /// Bytes were read or written.
    Moved,
    /// A write has ended where the case wants it.
    Cut,
    /// TCP has ended.
    Ended,
    /// A time limit may have passed.
    Alarm,
}

struct Socket<'stream, Stream> {
    stream: &'stream mut Stream,
    buffer: Vec<u8>,
    /// Whether the peer still reads.
    can_write: bool,
    is_flushed: bool,
}

impl<Stream: AsyncRead + AsyncWrite + Unpin> Socket<'_, Stream> {
    /// Writes as much as possible, then reads what has arrived. It reads also if the peer does not
    /// read.
    fn poll_turn(
        &mut self,
        context: &mut Context<'_>,
        conversation: &mut Conversation,
    ) -> Poll<Turn> {
        let mut has_moved = false;
        while self.can_write {
            match self.poll_write(context, conversation) {
                Poll::Ready(Ok(Some(is_cut))) => {
                    has_moved = true;
                    if is_cut {
                        return Poll::Ready(Turn::Cut);
                    }
                }
                Poll::Ready(Ok(None)) | Poll::Pending => break,
                Poll::Ready(Err(_)) => {
                    // What the peer sent earlier can still be read.
                    self.can_write = false;
                    conversation.output().discard();
                }
            }
        }
        let mut read = ReadBuf::new(&mut self.buffer);
        match Pin::new(&mut *self.stream).poll_read(context, &mut read) {
            Poll::Ready(Ok(())) if !read.filled().is_empty() => {
                conversation.receive(read.filled_mut(), Instant::now());
                Poll::Ready(Turn::Moved)
            }
            Poll::Ready(_) => Poll::Ready(Turn::Ended),
            Poll::Pending if has_moved => Poll::Ready(Turn::Moved),
            Poll::Pending => Poll::Pending,
        }
    }

    /// Writes once. Returns whether the write ended where the case wants it, or `None` if there is
    /// nothing to write.
    fn poll_write(
        &mut self,
        context: &mut Context<'_>,
        conversation: &mut Conversation,
    ) -> Poll<io::Result<Option<bool>>> {
        let next = conversation.output().next();
        if next.is_empty() {
            if !self.is_flushed {
                ready!(Pin::new(&mut *self.stream).poll_flush(context))?;
                self.is_flushed = true;
            }
            return Poll::Ready(Ok(None));
        }
        self.is_flushed = false;
        let count = ready!(Pin::new(&mut *self.stream).poll_write(context, next))?;
        if count == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        conversation.moved(Instant::now());
        Poll::Ready(Ok(Some(conversation.output().advance(count))))
    }
}
