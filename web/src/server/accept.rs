//! The accept loop: a task for each connection, and a limit on their number.

use std::future::ready;
use std::sync::Arc;

use axum::Router;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::sleep;

use crate::listen::{REST_AFTER_ERROR, listen as listen_blocking};
use crate::runtime::on_tokio;
use crate::server::connection::{HttpLimits, serve_stream};

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
    stop: impl Future<Output = ()>,
) {
    serve_with(listener, router, limits, stop, |stream| ready(Some(stream))).await;
}

/// Serves as [`serve`] does, and first passes each connection through `prepare`, which may put TLS
/// around it. A connection for which `prepare` returns `None` is closed.
pub async fn serve_with<Stream, Prepared>(
    listener: TcpListener,
    router: Router,
    limits: HttpLimits,
    stop: impl Future<Output = ()>,
    prepare: impl Fn(TcpStream) -> Prepared,
) where
    Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    Prepared: Future<Output = Option<Stream>> + Send + 'static,
{
    let permits = Arc::new(Semaphore::new(limits.connections));
    let accept = async {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                sleep(REST_AFTER_ERROR).await;
                continue;
            };
            let Ok(permit) = Arc::clone(&permits).try_acquire_owned() else {
                continue;
            };
            // Each answer is written in one piece, so Nagle's algorithm would only delay it.
            let _ = stream.set_nodelay(true);
            let (prepared, router) = (prepare(stream), router.clone());
            tokio::spawn(async move {
                if let Some(stream) = prepared.await {
                    serve_stream(stream, router, &limits).await;
                }
                drop(permit);
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
