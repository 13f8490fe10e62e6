//! The book beside a running step: a WebSocket that a page opens here is connected to step 4, and
//! the bytes that pass are kept for the page to show.
//!
//! A page cannot see the bytes of its own WebSocket: its browser keeps the header and the masking
//! key to itself. A proxy sees both. It passes `Host` and `Origin` on unchanged, so that step 4
//! refuses a page of another origin.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use hyper::client::conn::http1;
use hyper::upgrade::{self, OnUpgrade};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::net::TcpStream;
use tokio_util::io::InspectReader;

/// The number of bytes of one connection to keep.
const KEPT_MAX: usize = 64 * 1024;

/// Bytes that one read returned.
#[derive(Clone, Debug, Serialize)]
struct Piece {
    from_client: bool,
    bytes: Vec<u8>,
}

/// The address of step 4, and the bytes of the last connection to it.
struct Tap {
    step_4: SocketAddr,
    pieces: Mutex<Vec<Piece>>,
}

/// Serves `/live`, a WebSocket to the step at this address, and `/live/bytes`, the bytes of the
/// last one, oldest first. Both are there for the pages of each language.
pub fn router(step_4: SocketAddr) -> Router {
    let tap = Arc::new(Tap { step_4, pieces: Mutex::default() });
    let bytes = async |State(tap): State<Arc<Tap>>| Json(tap.pieces().clone());
    let mut router = Router::new();
    // A translated book is in a folder of its own.
    for folder in ["", "/{language}"] {
        router = router
            .route(&format!("{folder}/live"), get(connect))
            .route(&format!("{folder}/live/bytes"), get(bytes));
    }
    router.with_state(tap)
}

async fn connect(State(tap): State<Arc<Tap>>, request: Request) -> Response {
    match tap.forward(request).await {
        Ok(response) => response,
        Err(error) => (StatusCode::BAD_GATEWAY, format!("{error:#}")).into_response(),
    }
}

impl Tap {
    fn pieces(&self) -> MutexGuard<'_, Vec<Piece>> {
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends the page's own request to step 4, and returns the response of step 4.
    async fn forward(self: Arc<Self>, mut request: Request) -> Result<Response> {
        let stream = TcpStream::connect(self.step_4).await;
        let stream = stream.context("step 4 is not running: run `just step 4`")?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection.with_upgrades());
        let page = upgrade::on(&mut request);
        *request.uri_mut() = Uri::from_static("/");
        let mut response = sender.send_request(request).await?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            tokio::spawn(self.copy(page, upgrade::on(&mut response)));
        }
        Ok(response.map(Body::new))
    }

    /// Copies bytes in both directions until both sides have ended, or one has failed.
    async fn copy(self: Arc<Self>, page: OnUpgrade, step_4: OnUpgrade) {
        self.pieces().clear();
        let (Ok(page), Ok(step_4)) = tokio::join!(page, step_4) else { return };
        let mut page = InspectReader::new(TokioIo::new(page), |bytes| self.keep(true, bytes));
        let mut step_4 = InspectReader::new(TokioIo::new(step_4), |bytes| self.keep(false, bytes));
        let _ = tokio::io::copy_bidirectional(&mut page, &mut step_4).await;
    }

    fn keep(&self, from_client: bool, bytes: &[u8]) {
        let mut pieces = self.pieces();
        let kept: usize = pieces.iter().map(|piece| piece.bytes.len()).sum();
        if !bytes.is_empty() && kept + bytes.len() <= KEPT_MAX {
            pieces.push(Piece { from_client, bytes: bytes.to_vec() });
        }
    }
}
