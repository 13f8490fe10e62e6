//! WebSockets that are streams of HTTP/2 (RFC 8441), with prior knowledge and without TLS.

use std::cell::Cell;
use std::future::poll_fn;
use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use h2::client::{self, SendRequest};
use h2::ext::Protocol;
use h2::{RecvStream, SendStream};
use http::{Method, Request};
use mio::net::TcpStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::load::opening::Offer;

/// The windows that Chromium gives a server: for a stream, and for all streams of a connection.
const STREAM_WINDOW: u32 = 6 * 1024 * 1024;
const CONNECTION_WINDOW: u32 = 15 * 1024 * 1024;

/// A connection of HTTP/2.
pub(super) struct Connection {
    protocol: client::Connection<Transport, Bytes>,
    requests: SendRequest<Bytes>,
    /// See [`Transport`].
    is_readable: Rc<Cell<bool>>,
    waker: Waker,
}

impl Connection {
    /// Opens a connection of HTTP/2 on a TCP connection. `waker` is called when it has to run.
    pub(super) async fn open(stream: TcpStream, waker: Waker) -> Result<Self, String> {
        let is_readable = Rc::new(Cell::new(true));
        let transport = Transport { stream, is_readable: Rc::clone(&is_readable) };
        let (requests, protocol) = client::Builder::new()
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .enable_push(false)
            .handshake(transport)
            .await
            .map_err(broken)?;
        Ok(Self { protocol, requests, is_readable, waker })
    }

    /// Returns what sends requests on this connection.
    pub(super) fn requests(&self) -> SendRequest<Bytes> {
        self.requests.clone()
    }

    /// Takes note of an event: the TCP connection can be written to, and perhaps read from.
    pub(super) fn notice(&self, is_readable: bool) {
        if is_readable {
            self.is_readable.set(true);
        }
        self.waker.wake_by_ref();
    }

    /// Reads and writes as much as possible.
    pub(super) fn run(&mut self) -> Result<(), String> {
        match Pin::new(&mut self.protocol).poll(&mut Context::from_waker(&self.waker)) {
            Poll::Pending => Ok(()),
            Poll::Ready(Ok(())) => Err("it has closed a connection".to_owned()),
            Poll::Ready(Err(error)) => Err(broken(error)),
        }
    }
}

/// Converts an error of HTTP/2 to a sentence.
#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
fn broken(error: h2::Error) -> String {
    format!("a connection of HTTP/2 has broken: {error}")
}

/// The bytes of a WebSocket.
pub(super) struct Stream {
    sending: SendStream<Bytes>,
    receiving: RecvStream,
    /// The rest of a DATA frame.
    unread: Bytes,
    waker: Waker,
}

/// Opens a WebSocket by an extended CONNECT. `waker` is called when there is something to read.
pub(super) async fn open(
    requests: SendRequest<Bytes>,
    server: SocketAddr,
    path: &str,
    offer: Offer,
    waker: Waker,
) -> Result<Stream, String> {
    let mut requests = requests.ready().await.map_err(broken)?;
    // The server must have said that a stream can become a WebSocket (RFC 8441 §3).
    poll_fn(|_| {
        let is_enabled = requests.is_extended_connect_protocol_enabled();
        if is_enabled { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    let mut request = Request::builder()
        .method(Method::CONNECT)
        .uri(format!("http://{server}{path}"))
        .extension(Protocol::from_static("websocket"))
        .header("sec-websocket-version", "13");
    if let Some(offer) = offer.value() {
        request = request.header("sec-websocket-extensions", offer);
    }
    let request = request.body(()).map_err(|error| error.to_string())?;
    let (answer, sending) = requests.send_request(request, false).map_err(broken)?;
    let answer = answer.await.map_err(broken)?;
    if answer.status() != 200 {
        return Err(format!("it did not accept: {}", answer.status()));
    }
    if offer.value().is_some() != answer.headers().contains_key("sec-websocket-extensions") {
        return Err("it does not compress".to_owned());
    }
    Ok(Stream { sending, receiving: answer.into_body(), unread: Bytes::new(), waker })
}

impl Read for Stream {
    /// Fills the buffer as far as possible. As with a socket of the system, a read that returns less
    /// has found the end of what has arrived, so the waker will be called for more.
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < into.len() {
            if self.unread.is_empty() {
                match self.receiving.poll_data(&mut Context::from_waker(&self.waker)) {
                    Poll::Ready(Some(data)) => {
                        self.unread = data.map_err(io::Error::other)?;
                        let flow_control = self.receiving.flow_control();
                        let length = self.unread.len();
                        flow_control.release_capacity(length).map_err(io::Error::other)?;
                    }
                    Poll::Pending if filled == 0 => return Err(ErrorKind::WouldBlock.into()),
                    Poll::Pending | Poll::Ready(None) => break,
                }
            }
            let count = self.unread.len().min(into.len() - filled);
            into[filled..filled + count].copy_from_slice(&self.unread.split_to(count));
            filled += count;
        }
        Ok(filled)
    }
}

impl Write for Stream {
    /// Takes all bytes. The load limits how many are on their way.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A server has a limit on empty DATA frames.
        if !bytes.is_empty() {
            let data = Bytes::copy_from_slice(bytes);
            self.sending.send_data(data, false).map_err(io::Error::other)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The TCP connection as `h2` needs it.
///
/// It asks the system for bytes only if there can be some. Otherwise, each turn would end with a
/// useless system call.
struct Transport {
    stream: TcpStream,
    /// Whether the system has reported bytes, and no read has reached their end.
    is_readable: Rc<Cell<bool>>,
}

impl AsyncRead for Transport {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.is_readable.get() {
            return Poll::Pending;
        }
        let room = into.initialize_unfilled();
        let length = room.len();
        let read = self.stream.read(room);
        // See `echo` about other systems.
        let is_at_end = read.as_ref().is_ok_and(|count| cfg!(unix) && *count < length);
        let read = pending_if_blocked(read);
        self.is_readable.set(!is_at_end && read.is_ready());
        read.map_ok(|count| into.advance(count))
    }
}

impl AsyncWrite for Transport {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        pending_if_blocked(self.stream.write(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Returns `Pending` if the system has nothing to read or takes nothing. No waker is kept: an event
/// of the system leads to [`Connection::notice`].
fn pending_if_blocked(outcome: io::Result<usize>) -> Poll<io::Result<usize>> {
    match outcome {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
        outcome => Poll::Ready(outcome),
    }
}
