//! An echo server on yawc, with the buffer sizes and batches of yawc's own benchmarks.

use std::convert::Infallible;
use std::io;

use futures_util::StreamExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use yawc::{Frame, Options, UpgradeFut, WebSocket, WebSocketError};

use crate::serve::{echo_in_batches, serve};

/// As in its own benchmarks.
const READ_BUFFER: usize = 128 * 1024;
const WRITE_BUFFER: usize = 64 * 1024;
/// More than the longest message that we send.
const PAYLOAD_MAX: usize = 16 * 1024 * 1024;

pub(crate) fn run() -> io::Result<Infallible> {
    serve(|stream| async {
        let service = service_fn(|request| async { accept(request) });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        let _ = connection.with_upgrades().await;
    })
}

fn accept(
    mut request: Request<Incoming>,
) -> Result<Response<http_body_util::Empty<bytes::Bytes>>, WebSocketError> {
    let options = Options::default()
        .with_compression_level(yawc::CompressionLevel::fast())
        .with_limits(PAYLOAD_MAX, 2 * PAYLOAD_MAX)
        .with_utf8()
        .with_read_buffer_capacity(READ_BUFFER)
        .with_backpressure_boundary(WRITE_BUFFER);
    let (response, upgraded) = WebSocket::upgrade_with_options(&mut request, options)?;
    tokio::task::spawn_local(echo(upgraded));
    Ok(response)
}

async fn echo(upgraded: UpgradeFut) {
    let Ok(socket) = upgraded.await else { return };
    // Its stream ends without an error when something is wrong.
    let socket = socket.map(Ok::<_, WebSocketError>);
    echo_in_batches(socket, |frame: &Frame| !frame.opcode().is_control()).await;
}
