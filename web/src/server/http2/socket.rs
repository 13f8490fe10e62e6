//! The two directions of a stream, as tokio reads from and writes to a socket.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, to_bytes};
use h2::{Reason, RecvStream, SendStream};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::io::ReaderStream;
use tokio_util::sync::PollSemaphore;

use crate::server::counts::{Denial, HttpCounts};
use crate::server::http2::streams::OpenStream;
use crate::server::timed_stream::HttpTimes;

/// The most bytes of a piece: those of a DATA frame of the usual size.
const PIECE_BYTES: usize = 16 * 1024;
/// Pieces of a stream that may wait to be written. Even a short one takes some memory.
const PIECES: u16 = 16;

// ANCHOR: receiving
/// What the client sends on a stream.
#[derive(Debug)]
pub struct Receiving {
    stream: RecvStream,
    /// What has arrived, and was not read yet.
    received: Bytes,
}

impl AsyncRead for Receiving {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { stream, received } = self.get_mut();
        while received.is_empty() {
            let Some(data) = ready!(stream.poll_data(context)) else { return Poll::Ready(Ok(())) };
            *received = data.map_err(io::Error::other)?;
        }
        let bytes = received.split_to(received.len().min(buffer.remaining()));
        buffer.put_slice(&bytes);
        // The client may send as many bytes again. This fails if the stream has ended.
        let _ = stream.flow_control().release_capacity(bytes.len());
        Poll::Ready(Ok(()))
    }
}
// ANCHOR_END: receiving

impl Receiving {
    /// Returns the direction from the client.
    pub fn new(stream: RecvStream) -> Self {
        Self { stream, received: Bytes::new() }
    }

    /// Returns what the client sends as the body of its request.
    pub fn into_body(self) -> Body {
        Body::from_stream(ReaderStream::new(self))
    }
}

// ANCHOR: sending
/// What we send on a stream.
#[derive(Debug)]
pub struct Sending {
    stream: SendStream<Bytes>,
    /// A permit for each piece that may wait. When all are back, everything is written.
    places: PollSemaphore,
    has_ended: bool,
    _open: OpenStream,
}

/// Bytes that h2 has not written yet. It drops them when they are written.
struct Piece {
    bytes: Vec<u8>,
    _place: Option<OwnedSemaphorePermit>,
}

// ANCHOR_END: sending

impl AsyncWrite for Sending {
    // ANCHOR: write
    /// Takes as many bytes as the client has room for. So h2 keeps none that wait for the client.
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Self { stream, places, .. } = self.get_mut();
        let place = ready!(places.poll_acquire(context));
        let wanted = bytes.len().min(PIECE_BYTES);
        stream.reserve_capacity(wanted);
        let mut room = stream.capacity();
        if room == 0 {
            let more = ready!(stream.poll_capacity(context));
            room = more.ok_or(ErrorKind::ConnectionReset)?.map_err(io::Error::other)?;
        }
        let count = wanted.min(room);
        let piece = Bytes::from_owner(Piece { bytes: bytes[..count].to_vec(), _place: place });
        Poll::Ready(stream.send_data(piece, false).map(|()| count).map_err(io::Error::other))
    }

    // ANCHOR_END: write

    /// The task of the connection writes without being asked.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    // ANCHOR: end
    /// Sends END_STREAM, and waits until all is written.
    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { stream, places, has_ended, .. } = self.get_mut();
        if !*has_ended {
            *has_ended = true;
            stream.send_data(Bytes::new(), true).map_err(io::Error::other)?;
        }
        places.poll_acquire_many(context, PIECES.into()).map(|_| Ok(()))
    }
}

impl Drop for Sending {
    /// If pieces still wait, resets the stream, so that h2 drops them. If none wait and the stream has not
    /// ended, h2 resets it by itself.
    fn drop(&mut self) {
        if self.places.available_permits() < PIECES.into() {
            self.stream.send_reset(Reason::CANCEL);
        }
    }
}
// ANCHOR_END: end

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Sending {
    /// Returns the direction to the client. The stream is open until this is dropped.
    pub fn new(stream: SendStream<Bytes>, open: OpenStream) -> Self {
        let places = PollSemaphore::new(Arc::new(Semaphore::new(PIECES.into())));
        Self { stream, places, has_ended: false, _open: open }
    }

    // ANCHOR: send_answer
    /// Sends the body of an answer, and ends the stream. The stream is reset if the client takes
    /// no byte within the time for writing, or not the whole within twelve times that.
    ///
    /// In HTTP/1.1, [`TimedStream`](crate::server::TimedStream) has these limits. But a client that
    /// reads from its connection may give no room on one of the streams.
    pub async fn send_answer(mut self, body: Body, times: HttpTimes, counts: &HttpCounts) {
        let sent = timeout(times.answer(), async {
            // No path answers piece by piece.
            let mut bytes = to_bytes(body, usize::MAX).await.map_err(io::Error::other)?;
            while !bytes.is_empty() {
                timeout(times.write, self.write_buf(&mut bytes)).await??;
            }
            self.shutdown().await
        });
        let sent = sent.await.unwrap_or_else(|late| Err(late.into()));
        if sent.is_err_and(|error| error.kind() == ErrorKind::TimedOut) {
            counts.count(Denial::Stuck);
        }
    }
    // ANCHOR_END: send_answer
}
