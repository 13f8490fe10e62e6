//! Answers that no path gives: to what is not a request, and to a client for whom there is no room.

use std::time::{Duration, SystemTime};

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use crate::response::{encode_response, last_response};
use crate::server::guard::make_careful;

/// How long the server goes on reading after its last bytes.
const LINGER_TIME: Duration = Duration::from_secs(1);
/// How many bytes it reads in that time.
const LINGER_BYTES: u64 = 1024 * 1024;

/// Answers with this status and sentence, and ends the connection.
pub(crate) async fn refuse<Stream: AsyncRead + AsyncWrite + Unpin>(
    mut stream: Stream,
    status: StatusCode,
    sentence: &str,
) {
    let sentence = format!("{sentence}\n");
    let mut response = last_response(status, "text/plain; charset=utf-8", sentence);
    make_careful(response.headers_mut());
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    let bytes = encode_response(&response, false, SystemTime::now());
    if let Ok(Ok(())) = timeout(LINGER_TIME, stream.write_all(&bytes)).await {
        hang_up(stream).await;
    }
}

/// Ends a connection so that the last bytes arrive. A socket that is closed with unread bytes in it
/// resets the connection, and a reset overtakes the answer (RFC 9112 §9.6).
pub(crate) async fn hang_up<Stream: AsyncRead + AsyncWrite + Unpin>(mut stream: Stream) {
    let read_rest = async {
        stream.shutdown().await?;
        let mut rest = stream.take(LINGER_BYTES);
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await
    };
    let _ = timeout(LINGER_TIME, read_rest).await;
}
