//! The handshake on a blocking socket, as steps 2 to 4 use it.

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use raw_socket::{EndOfInput, Segments, serve_each};
use web::print_line;

use crate::{HeaderBlock, HeaderLimits, Opened, Policy, Refusal, answer};

/// How long a client may take for its request. Silent and dripping clients are dropped then, so
/// that nobody can fill the server with connections that never begin (RFC 6455 §10.4).
pub const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// How long we go on reading after our last word.
pub const LINGER_TIME: Duration = Duration::from_secs(1);
/// And for how many bytes at most.
pub const LINGER_BYTES: usize = 16 * 1024 * 1024;

/// Opens whoever connects to `listener`, for ever, and runs `converse` with those that are upgraded,
/// each in a thread of its own. `page` is for visitors.
pub fn serve_opened(
    listener: &TcpListener,
    policy: Policy,
    page: String,
    converse: impl Fn(&TcpStream, SocketAddr, Opened) + Send + Sync + 'static,
) -> ! {
    serve_each(listener, move |stream, peer| match open(stream, &policy, &page) {
        Ok(Some(opened)) => converse(stream, peer, opened),
        Ok(None) => print_line(&format!("── {peer} was not upgraded")),
        Err(error) => print_line(&format!("── {peer} is gone: {error}")),
    })
}

// ANCHOR: open
/// Reads a request from `stream` and answers it. `None` if it was not upgraded: it was a visit, a
/// request that had to be refused, or a client that went away, and `stream` is to be dropped.
///
/// # Errors
/// When the answer cannot be written.
pub fn open(stream: &TcpStream, policy: &Policy, page: &str) -> io::Result<Option<Opened>> {
    let limits = HeaderLimits::default();
    // The block has its own limit, with an answer; a piece more lets it be noticed there.
    let mut segments = Segments::new(stream, HANDSHAKE_TIME, 2 * limits.bytes);
    let mut block = HeaderBlock::new(limits);
    let outcome = loop {
        match segments.next_segment() {
            Ok(segment) => {
                if let Some(outcome) = block.push(segment).transpose() {
                    break outcome;
                }
            }
            Err(EndOfInput::TimeUp) => break Err(Refusal::Late),
            Err(EndOfInput::Closed | EndOfInput::LimitReached) => return Ok(None),
        }
    };
    let judged = outcome.and_then(|arrived| Opened::judge(arrived, policy));
    stream.set_write_timeout(Some(HANDSHAKE_TIME))?;
    (&mut &*stream).write_all(&answer(&judged, page))?;
    if judged.is_err() {
        hang_up(stream)?;
    }
    Ok(judged.ok())
}
// ANCHOR_END: open

// ANCHOR: hang_up
/// Ends a connection so that our last word arrives: says that no more will come, and goes on reading
/// for a moment. Closing a socket with unread bytes in it resets the connection, and a reset
/// overtakes the answer (RFC 6455 §7.1.1).
///
/// # Errors
/// When the connection is gone already.
pub fn hang_up(stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    let mut unread = Segments::new(stream, LINGER_TIME, LINGER_BYTES);
    while unread.next_segment().is_ok() {}
    Ok(())
}
// ANCHOR_END: hang_up
