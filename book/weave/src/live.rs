//! The book beside a running step: a WebSocket that a page opens here is passed on to step 4, byte
//! for byte, and what passes is kept for the page to show.
//!
//! A page cannot see the bytes of its own WebSocket: its browser keeps the header and the masking
//! key to itself. Whoever stands in between sees both. `Host` and `Origin` are passed on as they
//! came, so step 4 judges them as if we were not there: a page of another origin is refused.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Outcome;

/// The most bytes of one connection that are kept, and the most that a header block may have.
const KEPT_MAX: usize = 64 * 1024;
/// Bytes that are read at once.
const PIECE: usize = 16 * 1024;
/// Header lines that an answer may have.
const HEADERS_MAX: usize = 32;

/// What has passed in one direction, as it came.
#[derive(Clone, Debug, Serialize)]
struct Piece {
    from_client: bool,
    bytes: Vec<u8>,
}

/// Where step 4 is, and what has passed on the last connection to it.
struct Tap {
    step: SocketAddr,
    pieces: Mutex<Vec<Piece>>,
}

/// `/live`, a WebSocket to the step at this address, and `/live/bytes`, what has passed on the
/// last one.
pub fn router(step: SocketAddr) -> Router {
    let tap = Arc::new(Tap { step, pieces: Mutex::default() });
    Router::new().route("/live", get(pass_on)).route("/live/bytes", get(passed)).with_state(tap)
}

/// What has passed, oldest first.
async fn passed(State(tap): State<Arc<Tap>>) -> impl IntoResponse {
    Json(tap.pieces().clone())
}

/// Opens a connection to the step with the page's own request, and answers with its answer.
async fn pass_on(State(tap): State<Arc<Tap>>, mut request: Request) -> Response<Body> {
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    match tap.asks(request.headers()).await {
        Ok((answer, rest, stream)) => {
            if let Some(upgrade) = upgrade.filter(|_| answer.status() == 101) {
                tokio::spawn(tap.joins(upgrade, rest, stream));
                return answer.map(|()| Body::empty());
            }
            answer.map(|()| rest.into())
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

impl Tap {
    fn pieces(&self) -> MutexGuard<'_, Vec<Piece>> {
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends the request on: the answer, the bytes behind it, and the connection.
    async fn asks(&self, headers: &HeaderMap) -> Outcome<(Response<()>, Vec<u8>, TcpStream)> {
        let mut stream = TcpStream::connect(self.step)
            .await
            .map_err(|_| format!("nothing listens at {}: run `just step 4`", self.step))?;
        let mut block = b"GET / HTTP/1.1\r\n".to_vec();
        for (name, value) in headers {
            block.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        block.extend(b"\r\n");
        stream.write_all(&block).await?;

        let mut received = Vec::new();
        loop {
            if let Some((answer, end)) = answer(&received)? {
                return Ok((answer, received.split_off(end), stream));
            }
            if received.len() > KEPT_MAX || stream.read_buf(&mut received).await? == 0 {
                return Err("step 4 has not answered".into());
            }
        }
    }

    /// Passes bytes on in both directions, until both sides have ended.
    async fn joins(self: Arc<Self>, upgrade: OnUpgrade, rest: Vec<u8>, stream: TcpStream) {
        self.pieces().clear();
        let Ok(page) = upgrade.await else { return };
        let (from_page, mut to_page) = tokio::io::split(TokioIo::new(page));
        let (from_step, to_step) = stream.into_split();
        self.keeps(false, &rest);
        if to_page.write_all(&rest).await.is_ok() {
            tokio::join!(
                self.passes(true, from_page, to_step),
                self.passes(false, from_step, to_page)
            );
        }
    }

    /// Passes bytes on in one direction. Either side may leave: then there is nothing more to do.
    async fn passes(
        &self,
        from_client: bool,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
    ) {
        let mut bytes = vec![0; PIECE];
        while let Ok(count @ 1..) = from.read(&mut bytes).await {
            // Kept first: who has received it may ask for it at once.
            self.keeps(from_client, &bytes[..count]);
            if to.write_all(&bytes[..count]).await.is_err() {
                break;
            }
        }
        let _ = to.shutdown().await;
    }

    fn keeps(&self, from_client: bool, bytes: &[u8]) {
        let mut pieces = self.pieces();
        let kept: usize = pieces.iter().map(|piece| piece.bytes.len()).sum();
        if !bytes.is_empty() && kept + bytes.len() <= KEPT_MAX {
            pieces.push(Piece { from_client, bytes: bytes.to_vec() });
        }
    }
}

/// The answer that these bytes begin with, and its length; `None` if it is not there whole.
fn answer(received: &[u8]) -> Outcome<Option<(Response<()>, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(end) = parsed.parse(received)? else { return Ok(None) };
    let mut answer = Response::new(());
    *answer.status_mut() = StatusCode::from_u16(parsed.code.unwrap_or_default())?;
    for header in parsed.headers.iter() {
        let name = HeaderName::from_bytes(header.name.as_bytes())?;
        answer.headers_mut().append(name, HeaderValue::from_bytes(header.value)?);
    }
    Ok(Some((answer, end)))
}
