//! The accept loop: a task for each connection, and a limit on their number.

use std::future::ready;
use std::sync::Arc;

use axum::Router;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::listen::{REST_AFTER_ERROR, listen as listen_blocking};
use crate::runtime::on_tokio;
use crate::server::client::Client;
use crate::server::connection::HttpLimits;
use crate::server::counts::{Denial, HttpCounts};
use crate::server::crowd::{Crowd, Place};
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
    let serve_one = move |stream, client: Client| client.serve(stream, router.clone());
    serve_with(listener, limits, counts, stop, |stream| ready(Some(stream)), serve_one).await;
}

/// Accepts every client that connects, until `stop` ends. First passes each connection through
/// `prepare`, which may put TLS around it, and then serves it by `serve_one`. A connection for which
/// `prepare` returns `None` is closed.
pub async fn serve_with<Stream, Prepared, Served>(
    listener: TcpListener,
    limits: HttpLimits,
    counts: HttpCounts,
    stop: impl Future<Output = ()>,
    prepare: impl Fn(TimedStream<TcpStream>) -> Prepared,
    serve_one: impl Fn(Stream, Client) -> Served + Clone + Send + 'static,
) where
    Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    Prepared: Future<Output = Option<Stream>> + Send + 'static,
    Served: Future<Output = ()> + Send,
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
            let (crowd, counts, serve_one) =
                (Arc::clone(&crowd), counts.clone(), serve_one.clone());
            tokio::spawn(async move {
                let Some(stream) = prepared.await else { return };
                let (seat, standing) = match place {
                    Place::Seat(seat) => (Some(seat), None),
                    Place::Standing(standing) => (crowd.wait_for_seat().await, Some(standing)),
                };
                // A client who gets no seat keeps the other place until it is refused.
                let _standing = standing.filter(|_| seat.is_none());
                let guest = seat.map(|seat| crowd.add(Arc::clone(&turn), seat));
                serve_one(stream, Client::new(turn, guest, counts)).await;
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
