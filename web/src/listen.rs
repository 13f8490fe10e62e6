//! The listening socket of every step.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

/// How long an accept loop rests when the system has no connection to give, for example because no
/// file descriptor is free. Without a rest the loop would spin.
pub const REST_AFTER_ERROR: Duration = Duration::from_millis(100);

use crate::output::{print_line, wait_until_printed};

// ANCHOR: listen
/// Listens on `address` (`127.0.0.1:0` picks a free port) and says so on standard output, in the
/// line that every step prints first: `listening on http://ADDR:PORT`. The next line is for people.
///
/// # Errors
/// One sentence for people: which address, what was wrong, and what to try instead.
pub fn listen(address: &str) -> Result<TcpListener, String> {
    let listener = TcpListener::bind(address).map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::AddrInUse => "another program has that port".to_owned(),
            _ => error.to_string(),
        };
        format!("cannot listen on {address}: {why}; 127.0.0.1:0 picks a free port")
    })?;
    let bound = listener.local_addr().map_err(|error| error.to_string())?;
    print_line(&format!("listening on http://{bound}\nopen it in a browser; ctrl-C ends it"));
    // Whoever waits for the first line gets it before anything else happens.
    wait_until_printed();
    Ok(listener)
}
// ANCHOR_END: listen
