//! A socket that does not wait for its client for ever. hyper has no time for writing, and a single
//! one for both an idle connection and a request that arrives slowly.

use std::future::Future;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::server::turn::Turn;

/// A whole answer may take this many times the time for writing, if its client goes on reading.
const ANSWER_FACTOR: u32 = 12;

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub struct HttpTimes {
    /// The time within which the header block of a request must arrive: counted from the first byte
    /// of the request, or from the beginning of the connection.
    pub header: Duration,
    /// The time after which a connection is closed that is idle after an answer.
    pub idle: Duration,
    /// The time for writing: a connection is dropped if the client reads no byte of its answer in
    /// this time.
    pub write: Duration,
}

impl HttpTimes {
    /// The time for writing a whole answer.
    pub(crate) fn answer(&self) -> Duration {
        self.write * ANSWER_FACTOR
    }
}

// ANCHOR: timed_stream
/// A socket with limits for the client's time. One timer serves all of them. It is set when the
/// server has to wait, and moved only when it fires too early, so a client in no need of patience
/// costs no timer.
///
/// After the upgrade to another protocol, the socket is [taken out](Self::into_inner) or
/// [released](Self::release).
#[derive(Debug)]
pub struct TimedStream<Stream> {
    stream: Stream,
    /// `None` once the stream is released.
    watch: Option<Box<Watch>>,
}

/// What is known about the client's patience with us, and ours with the client.
#[derive(Debug)]
struct Watch {
    times: HttpTimes,
    turn: Arc<Turn>,
    /// How long the server waits for what comes next: for a new request, or for the rest of one.
    patience: Duration,
    /// Since when it waits for that.
    waits_since: Option<Instant>,
    /// Whether nothing of the next request has arrived.
    is_silent: bool,
    /// Since when the client has taken no byte.
    stuck_since: Option<Instant>,
    /// Since when the answer waits for the client.
    answer_since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}
// ANCHOR_END: timed_stream

impl<Stream> TimedStream<Stream> {
    pub(crate) fn new(stream: Stream, times: HttpTimes, turn: Arc<Turn>) -> Self {
        let watch = Watch {
            times,
            turn,
            patience: times.header,
            waits_since: Some(Instant::now()),
            is_silent: true,
            stuck_since: None,
            answer_since: None,
            timer: None,
        };
        Self { stream, watch: Some(Box::new(watch)) }
    }

    /// Borrows the socket.
    pub fn get_ref(&self) -> &Stream {
        &self.stream
    }

    /// Returns the socket itself.
    pub fn into_inner(self) -> Stream {
        self.stream
    }

    /// Turns all times off.
    pub fn release(&mut self) {
        self.watch = None;
    }
}

impl Watch {
    /// Bytes have arrived.
    fn received(&mut self) {
        if !self.is_silent || !self.turn.is_waiting() {
            return;
        }
        self.is_silent = false;
        // The time for the first request runs from the beginning of the connection.
        if self.turn.idle_since().is_some() {
            self.turn.began();
            self.patience = self.times.header;
            self.waits_since = None;
        }
    }

    /// Nothing has arrived. Returns how the connection ends if the client has had its time.
    fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // While a request is answered, the server sets the time for it.
        if !self.turn.is_waiting() {
            return Poll::Pending;
        }
        let since = *self.waits_since.get_or_insert_with(Instant::now);
        ready!(poll_deadline(&mut self.timer, since + self.patience, context));
        // The end of a connection on which nothing is asked is not an error.
        Poll::Ready(if self.is_silent { Ok(()) } else { Err(ErrorKind::TimedOut.into()) })
    }

    /// Bytes were taken.
    fn wrote(&mut self) {
        self.stuck_since = None;
    }

    /// No byte was taken. Returns an error if the client has had its time.
    fn poll_stuck<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let stuck = *self.stuck_since.get_or_insert_with(Instant::now);
        let answer = *self.answer_since.get_or_insert(stuck);
        let deadline = stuck + self.times.write;
        let deadline = deadline.min(answer + self.times.answer());
        ready!(poll_deadline(&mut self.timer, deadline, context));
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }

    /// Everything was taken.
    fn flushed(&mut self) {
        (self.stuck_since, self.answer_since) = (None, None);
        if self.turn.flushed() {
            self.is_silent = true;
            self.patience = self.times.idle;
            self.waits_since = None;
        }
    }
}

/// Waits until `deadline`. A timer that fires earlier is set again then.
fn poll_deadline(
    timer: &mut Option<Pin<Box<Sleep>>>,
    deadline: Instant,
    context: &mut Context<'_>,
) -> Poll<()> {
    let timer = timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
    if timer.deadline() > deadline {
        timer.as_mut().reset(deadline);
    }
    loop {
        ready!(timer.as_mut().poll(context));
        if timer.deadline() >= deadline {
            return Poll::Ready(());
        }
        timer.as_mut().reset(deadline);
    }
}

impl<Stream: AsyncRead + Unpin> AsyncRead for TimedStream<Stream> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        let Some(watch) = &mut self.watch else { return outcome };
        match outcome {
            Poll::Pending => watch.poll_late(context),
            Poll::Ready(outcome) => {
                if buffer.filled().len() > before {
                    watch.received();
                }
                Poll::Ready(outcome)
            }
        }
    }
}

impl<Stream: AsyncWrite + Unpin> TimedStream<Stream> {
    /// Notes what came of a write.
    fn after_write(
        &mut self,
        outcome: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let Some(watch) = &mut self.watch else { return outcome };
        match outcome {
            Poll::Pending => watch.poll_stuck(context),
            Poll::Ready(outcome) => {
                watch.wrote();
                Poll::Ready(outcome)
            }
        }
    }
}

impl<Stream: AsyncWrite + Unpin> AsyncWrite for TimedStream<Stream> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.after_write(outcome, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.after_write(outcome, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        let Some(watch) = &mut self.watch else { return outcome };
        match outcome {
            Poll::Pending => watch.poll_stuck(context),
            Poll::Ready(outcome) => {
                watch.flushed();
                Poll::Ready(outcome)
            }
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
