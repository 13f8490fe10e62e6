//! The accept loop: one thread a connection, and no connection that can stop the loop.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use web::REST_AFTER_ERROR;

/// The most connections that are served at the same time. One more is closed at once: each thread
/// costs memory, and strangers must not decide how much of it we use.
pub const CONNECTIONS_MAX: usize = 256;

// ANCHOR: serve_each
/// Accepts for ever, and gives each connection a thread of its own that runs `serve`.
///
/// The tutorials accept once and end with that connection (fault F16), or let one bad client stop
/// the only loop (F15). Here a connection ends its own thread, even by a panic, and nothing else.
pub fn serve_each(
    listener: &TcpListener,
    serve: impl Fn(&TcpStream, SocketAddr) + Send + Sync + 'static,
) -> ! {
    let serve = Arc::new(serve);
    loop {
        let Ok((stream, peer)) = listener.accept() else {
            thread::sleep(REST_AFTER_ERROR);
            continue;
        };
        // Each thread holds a copy of `serve`, so the copies count the connections.
        if Arc::strong_count(&serve) > CONNECTIONS_MAX {
            continue;
        }
        let serve = Arc::clone(&serve);
        // If no thread can be started, this connection is dropped, and so closed.
        let _ = thread::Builder::new().spawn(move || serve(&stream, peer));
    }
}
// ANCHOR_END: serve_each
