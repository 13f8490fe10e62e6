//! A stream as hyper uses it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::Bytes;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::server::turn::Turn;

/// A stream as hyper uses it, without what hyper says on its own.
///
/// hyper answers a request that is not HTTP by itself, without the headers that all our answers
/// have. Such an answer is dropped here, and the connection sends one of ours.
pub(crate) struct HttpIo<Stream> {
    io: TokioIo<Stream>,
    turn: Arc<Turn>,
}

impl<Stream> HttpIo<Stream> {
    pub(crate) fn new(stream: Stream, turn: Arc<Turn>) -> Self {
        Self { io: TokioIo::new(stream), turn }
    }

    pub(crate) fn into_inner(self) -> Stream {
        self.io.into_inner()
    }
}

/// Takes the stream out of a connection that was upgraded to another protocol, with the bytes that
/// came behind the request. hyper has no part in it from here on.
///
/// # Errors
/// The connection as it was, if its stream has another type.
pub fn take_stream<Stream>(upgraded: Upgraded) -> Result<(Stream, Bytes), Upgraded>
where
    Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let parts = upgraded.downcast::<HttpIo<Stream>>()?;
    Ok((parts.io.into_inner(), parts.read_buf))
}

impl<Stream: AsyncRead + Unpin> Read for HttpIo<Stream> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<Stream: AsyncWrite + Unpin> Write for HttpIo<Stream> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.turn.is_waiting() {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.turn.is_waiting() {
            return Poll::Ready(Ok(pieces.iter().map(|piece| piece.len()).sum()));
        }
        Pin::new(&mut self.io).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // After the request that hyper does not understand, our answer is still to come.
        if self.turn.is_waiting() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}
