//! One connection of HTTP/2, with its limits.

use std::future::poll_fn;
use std::time::Duration;

use bytes::Bytes;
use h2::server::{Builder, Connection};
use http::Method;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tracing::{debug, info};
use web::server::Client;

use crate::answer::{Shared, answer};

// ANCHOR: limits
/// The longest list of header fields in a request, in bytes after decompression. The compressed
/// block may go on in CONTINUATION frames, of which six are too many (CVE-2024-27316).
const HEADER_BYTES: u32 = 16 * 1024;
/// Bytes that a client may send before we have read them: on one stream, and on all together.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// Bytes that may wait to be written on one stream, in at most sixteen pieces.
const SEND_BYTES: usize = 64 * 1024;
/// Streams that a client has opened and reset before we have accepted them (CVE-2023-44487).
const RESET_EARLY_MAX: usize = 20;
/// Streams of a connection that we may have to reset, because they break a rule or are too many
/// (CVE-2025-8671).
const RESET_BY_US_MAX: usize = 1024;
// ANCHOR_END: limits

/// The time in which a client learns of GOAWAY, and the time for the last frames of a connection.
pub(crate) const GOAWAY_TIME: Duration = Duration::from_secs(2);

// ANCHOR: serve
/// Serves one connection until it ends. The socket has its own limits for the time until the first
/// request, and for writing.
pub(crate) async fn serve<Socket>(socket: Socket, client: Client, shared: Shared)
where
    Socket: AsyncRead + AsyncWrite + Unpin,
{
    if !client.has_place() {
        return;
    }
    let handshake = Builder::new()
        .enable_connect_protocol()
        .max_concurrent_streams(shared.max_streams)
        .max_header_list_size(HEADER_BYTES)
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buffer_size(SEND_BYTES)
        .max_pending_accept_reset_streams(RESET_EARLY_MAX)
        .max_local_error_reset_streams(Some(RESET_BY_US_MAX))
        .handshake(socket);
    let Ok(mut connection) = handshake.await else { return };
    let (streams, mut requests, mut sockets) = (client.streams(), 0, 0);
    let mut stopped = shared.stopped.clone();
    let mut accept = async |connection: &mut Connection<Socket, Bytes>| {
        while let Some(accepted) = connection.accept().await {
            let (request, respond) = match accepted {
                Ok(stream) => stream,
                Err(error) => return debug!("an HTTP/2 connection breaks: {error}"),
            };
            match *request.method() {
                Method::CONNECT => sockets += 1,
                _ => requests += 1,
            }
            tokio::spawn(answer(request, respond, streams.open(), shared.clone()));
        }
    };
    // ANCHOR: goaway
    let must_go_away = tokio::select! {
        () = accept(&mut connection) => false,
        // The server stops.
        _ = stopped.changed() => true,
        () = streams.are_idle_for(shared.times.idle) => true,
        // The connection is idle, and others need its place.
        () = client.turn().must_make_room() => true,
    };
    if must_go_away {
        connection.graceful_shutdown();
        // Until the client has received GOAWAY, it may open streams.
        let accepting = timeout(GOAWAY_TIME, accept(&mut connection));
        if accepting.await.is_err() {
            tokio::select! {
                _ = poll_fn(|context| connection.poll_closed(context)) => {}
                // The client keeps the connection open for nothing.
                () = streams.are_idle_for(GOAWAY_TIME) => {}
            }
        }
    }
    // ANCHOR_END: goaway
    info!("an HTTP/2 connection ends after {requests} requests and {sockets} for a WebSocket");
}
// ANCHOR_END: serve
