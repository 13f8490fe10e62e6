//! What a connection's bytes travel on: TCP, TLS over TCP, or a part of a connection.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

#[cfg(any(target_os = "linux", target_os = "android"))]
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use web::server::TimedStream;

// ANCHOR: stream
/// A TCP stream, with TLS or without, or one of many streams that share a TCP connection.
pub(crate) enum Stream {
    Tcp(TcpStream),
    /// In a box, because it is forty times as large.
    Tls(Box<TlsStream<TimedStream<TcpStream>>>),
    /// A stream of HTTP/2 (step 7).
    Shared(Box<dyn SharedStream>),
}

/// A stream that shares a TCP connection with others.
pub trait SharedStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> SharedStream for T {}
// ANCHOR_END: stream

/// Bytes that the system keeps for a peer before they can be sent.
#[cfg(any(target_os = "linux", target_os = "android"))]
const UNSENT_MAX: u32 = 1024 * 1024;

impl Stream {
    /// Lets the system keep less that it cannot send yet, and report sooner that there is room for more:
    /// when half of it is sent. Otherwise it keeps some megabytes, and a peer that reads all the time
    /// looks for many seconds like one that does not read.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn limit_unsent(&self) {
        let socket = match self {
            Self::Tcp(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0.get_ref(),
            Self::Shared(_) => return,
        };
        // Without it, the server only takes longer to see that somebody reads.
        let _ = SockRef::from(socket).set_tcp_notsent_lowat(UNSENT_MAX);
    }

    /// Other systems report sooner that there is room.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(crate) fn limit_unsent(&self) {}
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Shared(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Shared(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write_vectored(context, parts),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(context, parts),
            Self::Shared(stream) => Pin::new(stream).poll_write_vectored(context, parts),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
            Self::Shared(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Shared(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
