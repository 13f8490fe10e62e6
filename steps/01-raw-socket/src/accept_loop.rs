//! The accept loop: each connection has a thread of its own, and no connection can stop the loop.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use web::REST_AFTER_ERROR;

/// The most connections that are served at the same time. One more is closed at once, because each
/// thread costs memory, and clients must not decide how much of it we use.
pub const CONNECTIONS_MAX: usize = 256;

// ANCHOR: serve_each
/// Accepts connections without end, and runs `serve` for each in a thread of its own.
///
/// Common mistakes are to accept once and to end with that connection (fault F16), or to let one bad
/// client stop the only loop (F15). Here a connection can end only its own thread, even by a panic.
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
        // Each thread owns one reference to `serve`, so the number of references tells us how many
        // connections there are.
        if Arc::strong_count(&serve) > CONNECTIONS_MAX {
            continue;
        }
        let serve = Arc::clone(&serve);
        // If no thread can be started, `stream` is dropped, which closes the connection.
        let _ = thread::Builder::new().spawn(move || serve(&stream, peer));
    }
}
// ANCHOR_END: serve_each
