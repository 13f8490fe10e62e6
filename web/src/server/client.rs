//! A client that has connected.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::server::connection::serve_turns;
use crate::server::counts::{Denial, HttpCounts};
use crate::server::crowd::Guest;
#[cfg(feature = "http2")]
use crate::server::http2::Streams;
use crate::server::plain_answer::refuse;
use crate::server::turn::Turn;

/// A client that has connected, and its place among the connections of the server.
pub struct Client {
    turn: Arc<Turn>,
    /// `None` if the server has reached its limit.
    guest: Option<Guest>,
    counts: HttpCounts,
}

impl Client {
    pub(crate) fn new(turn: Arc<Turn>, guest: Option<Guest>, counts: HttpCounts) -> Self {
        if guest.is_none() {
            counts.count(Denial::Crowd);
        }
        Self { turn, guest, counts }
    }

    /// Returns whether the client has a place. A client without a place must be refused.
    pub fn has_place(&self) -> bool {
        self.guest.is_some()
    }

    /// Returns the turn of the connection.
    pub fn turn(&self) -> &Arc<Turn> {
        &self.turn
    }

    /// Returns what counts the streams of the connection.
    #[cfg(feature = "http2")]
    pub fn streams(&self) -> Streams {
        Streams::new(Arc::clone(&self.turn))
    }

    /// Serves the client by HTTP/1.1 until the connection ends or is upgraded. If there is no place
    /// for the client, it is refused.
    pub async fn serve<Stream>(self, stream: Stream, router: Router)
    where
        Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        if !self.has_place() {
            let sentence = "The server has reached its limit on connections.";
            return refuse(stream, StatusCode::SERVICE_UNAVAILABLE, sentence).await;
        }
        serve_turns(stream, router, self.turn, &self.counts).await;
    }
}
