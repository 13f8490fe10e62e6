//! The listening socket of every step.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

/// How long an accept loop rests after an error, for example when no file descriptors are left.
/// Without this rest it would try again at once and keep a core busy.
pub const REST_AFTER_ERROR: Duration = Duration::from_millis(100);

/// How many connections may wait to be accepted. The system reduces this to its own limit (4,096 on
/// Linux). The standard library asks for 128. When the queue is full, Linux ignores further
/// connections, and their clients try again a second later.
const QUEUE_MAX: i32 = i32::MAX;

// ANCHOR: listen
/// Listens on `address` (`127.0.0.1:0` picks a free port), and prints the first line of every step,
/// `listening on http://ADDR:PORT`, and a second line for people.
///
/// # Errors
/// A sentence with the address, what was wrong, and what to try instead.
pub fn listen(address: &str) -> Result<TcpListener, String> {
    let addresses = address.to_socket_addrs().map(Iterator::collect::<Vec<_>>);
    let listener = addresses.and_then(|addresses| bind_first(&addresses)).map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::AddrInUse => "another program has that port".to_owned(),
            _ => error.to_string(),
        };
        format!("cannot listen on {address}: {why}; 127.0.0.1:0 picks a free port")
    })?;
    let bound = listener.local_addr().map_err(|error| error.to_string())?;
    // No client is connected yet, so this may wait for the output. If the output is closed, we go on.
    let mut output = io::stdout();
    let _ = writeln!(output, "listening on http://{bound}\nopen it in a browser; ctrl-C ends it");
    let _ = output.flush();
    Ok(listener)
}
// ANCHOR_END: listen

/// Listens on the first of these addresses that is free.
fn bind_first(addresses: &[SocketAddr]) -> io::Result<TcpListener> {
    let mut outcome = Err(io::Error::other("no address is known for this name"));
    for &address in addresses {
        outcome = bind(address);
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // The standard library does the same. It allows us to use a port again while the connections of
    // an earlier server are still being closed. On Windows, this option would allow two servers.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(QUEUE_MAX)?;
    Ok(socket.into())
}
