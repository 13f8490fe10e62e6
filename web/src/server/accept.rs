//! The accept loop: a task for each connection, and a limit on their number.

use std::future::ready;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::listen::{REST_AFTER_ERROR, listen as listen_blocking};
use crate::runtime::on_tokio;
use crate::server::connection::{HttpLimits, serve_turns};
use crate::server::counts::{Denial, HttpCounts};
use crate::server::crowd::{Crowd, Place};
use crate::server::plain_answer::refuse;
use crate::server::timed_stream::TimedStream;

/// Listens as [`web::listen`](crate::listen()) does, with a listener of tokio's. Must be called on
/// its runtime.
///
/// # Errors
/// One sentence for people.
pub fn listen(address: &str) -> Result<TcpListener, String> {
    on_tokio(listen_blocking(address)?)
}

/// Serves every client that connects, until `stop` ends. Requests that are being answered then are
/// not waited for. They end with the runtime.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: HttpLimits,
    counts: HttpCounts,
    stop: impl Future<Output = ()>,
) {
    serve_with(listener, router, limits, counts, stop, |stream| ready(Some(stream))).await;
}

/// Serves as [`serve`] does, and first passes each connection through `prepare`, which may put TLS
/// around it. A connection for which `prepare` returns `None` is closed.
pub async fn serve_with<Stream, Prepared>(
    listener: TcpListener,
    router: Router,
    limits: HttpLimits,
    counts: HttpCounts,
    stop: impl Future<Output = ()>,
    prepare: impl Fn(TimedStream<TcpStream>) -> Prepared,
) where
    Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    Prepared: Future<Output = Option<Stream>> + Send + 'static,
{
    let crowd = Arc::new(Crowd::new(limits.connections));
    let accept = async {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                sleep(REST_AFTER_ERROR).await;
                continue;
            };
            let Some(place) = crowd.find_place() else {
                counts.count(Denial::Crowd);
                continue;
            };
            // Each answer is written in one piece, so Nagle's algorithm would only delay it.
            let _ = stream.set_nodelay(true);
            let turn = crowd.new_turn();
            let prepared = prepare(TimedStream::new(stream, limits.times, Arc::clone(&turn)));
            let (router, crowd, counts) = (router.clone(), Arc::clone(&crowd), counts.clone());
            tokio::spawn(async move {
                let Some(stream) = prepared.await else { return };
                let seat = match place {
                    Place::Seat(seat) => seat,
                    Place::Standing(_standing) => {
                        let Some(seat) = crowd.wait_for_seat().await else {
                            counts.count(Denial::Crowd);
                            let sentence = "The server has reached its limit on connections.";
                            return refuse(stream, StatusCode::SERVICE_UNAVAILABLE, sentence).await;
                        };
                        seat
                    }
                };
                let guest = crowd.add(Arc::clone(&turn), seat);
                serve_turns(stream, router, turn, &counts).await;
                drop(guest);
            });
        }
    };
    tokio::select! {
        // In this order, so that the signal to stop is watched before anything is served.
        biased;
        () = stop => {}
        () = accept => {}
    }
}
