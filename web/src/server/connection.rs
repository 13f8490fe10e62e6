//! One HTTP/1.1 connection: hyper's settings, and the limits on clients.

use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};

/// The longest header block of a request, in bytes.
const HEADER_BYTES: usize = 16 * 1024;

/// The limits on clients.
#[derive(Clone, Copy, Debug)]
pub struct HttpLimits {
    /// Connections that are open at the same time. One more is closed at once.
    pub connections: usize,
    /// The time within which the header block of the next request must arrive. So it is also the
    /// time after which an idle connection is closed.
    pub header_time: Duration,
}

impl Default for HttpLimits {
    /// 10,000 connections, and 10 s.
    fn default() -> Self {
        Self { connections: 10_000, header_time: Duration::from_secs(10) }
    }
}

/// Serves one connection until it ends or is upgraded to another protocol.
///
/// When a client goes away, its request is dropped where it waits, with everything that it holds.
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
    // An error here is the client's: hyper has answered it, or the client is gone.
    let _ = connection.await;
}
