//! HTTP/1.1 for whoever connects: hyper reads and writes it, and we set the limits.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::sleep;

/// The longest header block of a request, in bytes.
const HEADER_BYTES: usize = 16 * 1024;
/// How long we rest when the system has no connection to give, for want of file descriptors for
/// example. Without a rest we would spin.
const REST_AFTER_ERROR: Duration = Duration::from_millis(100);

/// What those who connect may ask of us.
#[derive(Clone, Copy, Debug)]
pub struct HttpLimits {
    /// Connections at the same time. One more is closed at once.
    pub connections: usize,
    /// How long a connection may take for the header block of its next request. Thus also how long
    /// it may be idle.
    pub header_time: Duration,
}

impl Default for HttpLimits {
    /// 10,000 connections, and 10 s.
    fn default() -> Self {
        Self { connections: 10_000, header_time: Duration::from_secs(10) }
    }
}

/// Listens as [step 1](web::listen) does, for tokio. Must be called on its runtime.
///
/// # Errors
/// One sentence for people.
pub fn listen(address: &str) -> Result<TcpListener, String> {
    let listener = web::listen(address)?;
    let listener = listener.set_nonblocking(true).and_then(|()| TcpListener::from_std(listener));
    listener.map_err(|error| format!("cannot listen: {error}"))
}

/// Serves whoever connects, until `stop`. Requests that are being answered then are not waited for;
/// they end with the runtime.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: HttpLimits,
    stop: impl Future<Output = ()>,
) {
    serve_through(listener, router, limits, stop, |stream| ready(Some(stream))).await;
}

/// The same, but each connection is first opened by `open`, which may put TLS around it, for
/// example; `None` if nothing came of it.
pub async fn serve_through<Stream, Opening>(
    listener: TcpListener,
    router: Router,
    limits: HttpLimits,
    stop: impl Future<Output = ()>,
    open: impl Fn(TcpStream) -> Opening,
) where
    Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    Opening: Future<Output = Option<Stream>> + Send + 'static,
{
    let seats = Arc::new(Semaphore::new(limits.connections));
    let accept = async {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                sleep(REST_AFTER_ERROR).await;
                continue;
            };
            let Ok(seat) = Arc::clone(&seats).try_acquire_owned() else {
                continue;
            };
            // Answers are written when they are complete, so there is nothing to wait for.
            let _ = stream.set_nodelay(true);
            let (opening, router) = (open(stream), router.clone());
            tokio::spawn(async move {
                if let Some(stream) = opening.await {
                    serve_stream(stream, router, &limits).await;
                }
                drop(seat);
            });
        }
    };
    tokio::select! {
        // In this order: we listen for the end before anybody is served.
        biased;
        () = stop => {}
        () = accept => {}
    }
}

/// Serves one connection, until it ends or is upgraded to something else.
///
/// A request whose client goes away is dropped where it waits, with all that it holds.
pub async fn serve_stream<Stream>(stream: Stream, router: Router, limits: &HttpLimits)
where
    Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .with_upgrades();
    // What goes wrong is the client's affair, and it has been answered, or is gone.
    let _ = connection.await;
}
