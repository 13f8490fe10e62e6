//! One connection of HTTP/2, with its limits.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use echo::Timeouts;
use hyper::body::Incoming;
use hyper::server::conn::http2::Builder;
use hyper::service::{Service, service_fn};
use hyper::{Method, Request};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tracing::{debug, info};
use web::server::Client;

use crate::streams::Streams;
use crate::translation::{to_http1, to_http2};

// ANCHOR: limits
/// The longest list of header fields in a request, in bytes after decompression. The compressed
/// block may go on in CONTINUATION frames, of which six are too many (CVE-2024-27316).
const HEADER_BYTES: u32 = 16 * 1024;
/// Bytes that a client may send before we have read them: on one stream, and on all together.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// Bytes that may wait to be written on one stream.
const SEND_BYTES: usize = 64 * 1024;
/// Streams that a client has opened and reset, and that we have not looked at yet
/// (CVE-2023-44487).
const RESET_EARLY_MAX: usize = 20;
/// Streams of a connection that we may have to reset, because they break a rule or are too many
/// (CVE-2025-8671).
const RESET_BY_US_MAX: usize = 1024;
// ANCHOR_END: limits

/// What all connections share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) router: Router,
    pub(crate) max_streams: u32,
    pub(crate) timeouts: Timeouts,
    /// The time after which a connection without streams is closed.
    pub(crate) idle: Duration,
    /// Changes when the server stops. A connection keeps its copy until it ends.
    pub(crate) stopped: watch::Receiver<()>,
}

// ANCHOR: serve
/// Serves one connection until it ends. GOAWAY tells the client that we accept no more streams
/// (RFC 9113 §6.8): when the server stops, and when a connection has been idle for long. The streams
/// that are open then go on.
pub(crate) async fn serve<Stream>(stream: Stream, client: Client, mut shared: Shared)
where
    Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    if !client.has_place() {
        return;
    }
    let streams = Streams::new(client.turn().clone());
    let counts = [AtomicU32::new(0), AtomicU32::new(0)];
    let router = TowerToHyperService::new(shared.router);
    let service = service_fn(|mut request: Request<Incoming>| {
        counts[usize::from(request.method() == Method::CONNECT)].fetch_add(1, Ordering::Relaxed);
        let translated = to_http1(&mut request);
        let router = router.clone();
        async move {
            let answer = match translated {
                Ok(()) => router.call(request.map(Body::new)).await?,
                Err(refusal) => refusal.into_response(),
            };
            Ok::<_, Infallible>(to_http2(answer))
        }
    });
    let timeouts = &shared.timeouts;
    let connection = Builder::new(streams.clone())
        .timer(TokioTimer::new())
        .enable_connect_protocol()
        .max_concurrent_streams(shared.max_streams)
        .max_header_list_size(HEADER_BYTES)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BYTES)
        .max_pending_accept_reset_streams(RESET_EARLY_MAX)
        .max_local_error_reset_streams(RESET_BY_US_MAX)
        .keep_alive_interval(timeouts.ping)
        .keep_alive_timeout(timeouts.idle.saturating_sub(timeouts.ping))
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let outcome = tokio::select! {
        outcome = &mut connection => outcome,
        () = until_goaway(&mut shared.stopped, &streams, &client, shared.idle) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        debug!("an HTTP/2 connection breaks: {error}");
    }
    let [others, sockets] = counts.each_ref().map(|count| count.load(Ordering::Relaxed));
    info!("an HTTP/2 connection ends after {others} requests and {sockets} for a WebSocket");
}
// ANCHOR_END: serve

// ANCHOR: goaway
/// Waits until the server stops, or the connection has been idle for long, or is idle while others
/// need its place.
async fn until_goaway(
    stopped: &mut watch::Receiver<()>,
    streams: &Streams,
    client: &Client,
    idle: Duration,
) {
    tokio::select! {
        // Also if the sender is gone: then the server has ended.
        _ = stopped.changed() => {}
        () = streams.are_idle_for(idle) => {}
        () = client.turn().must_make_room() => {}
    }
}
// ANCHOR_END: goaway
