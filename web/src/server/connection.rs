//! One HTTP/1.1 connection: hyper's settings, and the limits on clients.

use std::convert::Infallible;
use std::error::Error;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use crate::server::counts::{Denial, HttpCounts};
use crate::server::http_io::HttpIo;
use crate::server::plain_answer::{hang_up, refuse};
use crate::server::timed_stream::{HttpTimes, TimedStream};
use crate::server::turn::Turn;

/// The longest header block of a request, in bytes.
const HEADER_BYTES: usize = 16 * 1024;

/// The limits on clients.
#[derive(Clone, Copy, Debug)]
pub struct HttpLimits {
    /// Connections that are open at the same time. For one more, the connection that has been idle
    /// the longest is closed. If none is idle, the newcomer is answered with 503.
    pub connections: usize,
    /// How long a client may take.
    pub times: HttpTimes,
}

impl Default for HttpLimits {
    /// 10,000 connections. 10 s for a header and for writing. 75 s for an idle connection: more than
    /// the 60 s after which usual load balancers close theirs. If the server closed first, it could
    /// close at the moment in which the balancer sends the next request.
    fn default() -> Self {
        let (header, idle) = (Duration::from_secs(10), Duration::from_secs(75));
        Self { connections: 10_000, times: HttpTimes { header, idle, write: header } }
    }
}

/// Serves one connection until it ends or is upgraded to another protocol.
pub async fn serve_stream<Stream>(
    stream: Stream,
    router: Router,
    limits: &HttpLimits,
    counts: &HttpCounts,
) where
    Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let turn = Arc::new(Turn::new(Instant::now()));
    let stream = TimedStream::new(stream, limits.times, Arc::clone(&turn));
    serve_turns(stream, router, turn, counts).await;
}

// ANCHOR: serve_turns
/// Serves one connection, whose `turn` the stream shares, until it ends or is upgraded.
///
/// A client may end its direction after the request, and is answered all the same (RFC 9112 §9.6).
/// So the server does not notice that a client goes away while its poll is held. The hold time is
/// the limit on that.
pub(crate) async fn serve_turns<Stream>(
    stream: Stream,
    router: Router,
    turn: Arc<Turn>,
    counts: &HttpCounts,
) where
    Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = TowerToHyperService::new(router);
    let service = TurnService { service, turn: Arc::clone(&turn) };
    let mut connection = http1::Builder::new()
        // The stream has its own times.
        .header_read_timeout(None)
        .half_close(true)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(HttpIo::new(stream, Arc::clone(&turn)), service)
        .with_upgrades();
    let outcome = {
        let mut connection = Pin::new(&mut connection);
        tokio::select! {
            outcome = &mut connection => outcome,
            () = turn.must_make_room() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    };
    // After an upgrade, the parts belong to the new protocol.
    let Some(parts) = connection.into_parts() else { return };
    let stream = parts.io.into_inner();
    match outcome {
        Ok(()) => hang_up(stream).await,
        Err(error) if error.is_parse_too_large() => {
            counts.count(Denial::Malformed);
            let sentence = format!("The header block is over the limit of {HEADER_BYTES} bytes.");
            refuse(stream, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, &sentence).await;
        }
        Err(error) if error.is_parse() => {
            counts.count(Denial::Malformed);
            let sentence = "This is not a valid HTTP/1.1 request.";
            refuse(stream, StatusCode::BAD_REQUEST, sentence).await;
        }
        Err(error) if is_timeout(&error) && turn.is_waiting() => {
            counts.count(Denial::Late);
            let sentence = "The request did not arrive in time.";
            refuse(stream, StatusCode::REQUEST_TIMEOUT, sentence).await;
        }
        Err(error) if is_timeout(&error) => counts.count(Denial::Stuck),
        // The client is gone.
        Err(_) => {}
    }
}
// ANCHOR_END: serve_turns

fn is_timeout(error: &hyper::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    cause.is_some_and(|cause| cause.kind() == ErrorKind::TimedOut)
}

/// The router, and whose turn it is.
struct TurnService {
    service: TowerToHyperService<Router>,
    turn: Arc<Turn>,
}

impl Service<hyper::Request<Incoming>> for TurnService {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: hyper::Request<Incoming>) -> Self::Future {
        self.turn.asked();
        let (answer, turn) = (self.service.call(request), Arc::clone(&self.turn));
        Box::pin(async move {
            let answer = answer.await;
            turn.answered();
            answer
        })
    }
}
