//! The listening socket of every step.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

/// How long an accept loop rests when the system has no connection to give, for example because no
/// file descriptors are left. Without a rest it would try again at once, and keep a core busy.
pub const REST_AFTER_ERROR: Duration = Duration::from_millis(100);

/// How many connections may wait to be accepted: as many as the system allows, which cuts this down
/// to its own limit (4,096 on Linux). The standard library asks for 128. When the queue is full,
/// Linux ignores the connections that come next, and each of them tries again a second later.
const QUEUE_MAX: i32 = i32::MAX;

// ANCHOR: listen
/// Listens on `address` (`127.0.0.1:0` picks a free port) and prints the line that every step prints
/// first: `listening on http://ADDR:PORT`. The next line is for people.
///
/// # Errors
/// One sentence: which address, what was wrong, and what to try instead.
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
    // No client is connected yet, so this may wait for its reader. A thread for printing would make
    // every system call of a server with a single thread slower. A closed output is not an error.
    let mut output = io::stdout();
    let _ = writeln!(output, "listening on http://{bound}\nopen it in a browser; ctrl-C ends it");
    let _ = output.flush();
    Ok(listener)
}
// ANCHOR_END: listen

/// Listens on the first address that is free. A name may have several.
fn bind_first(addresses: &[SocketAddr]) -> io::Result<TcpListener> {
    let mut outcome = Err(io::Error::other("this name has no address"));
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
    // As the standard library does: a port can be used again while connections of a server that
    // has ended are still being closed. On Windows, the same option would allow two servers.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(QUEUE_MAX)?;
    Ok(socket.into())
}
