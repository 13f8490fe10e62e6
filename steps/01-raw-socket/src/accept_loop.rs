//! The accept loop: one thread a connection, and no connection that can stop the loop.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Connections served at the same time. One more is closed at once: a thread costs memory, and
/// whoever opens connections must not decide how much of ours.
pub const CONNECTIONS_MAX: usize = 256;

/// How long the loop rests when the system has no connection to give, for want of file descriptors
/// for example. Without a rest it would spin.
const REST_AFTER_ERROR: Duration = Duration::from_millis(100);

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
        // No thread to be had is bad luck for this connection: it is closed as it is dropped.
        let _ = thread::Builder::new().spawn(move || serve(&stream, peer));
    }
}
// ANCHOR_END: serve_each
