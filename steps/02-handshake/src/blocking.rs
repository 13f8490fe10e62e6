//! The handshake on a blocking socket, as steps 2 to 4 use it.

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use raw_socket::{EndOfInput, Segments, serve_each};
use web::{Page, print_line};

use crate::answer::{Opened, answer};
use crate::header_block::{HeaderBlock, HeaderLimits};
use crate::refusal::Refusal;
use crate::upgrade::Policy;

/// How long a client may take to send its request. Without this limit, clients that send nothing, or
/// a byte now and then, could use up all connections (RFC 6455 §10.4).
pub const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// How long one write may wait for a client that does not read.
const WRITE_TIME: Duration = Duration::from_secs(10);

/// How long we go on reading after our last bytes.
pub const LINGER_TIME: Duration = Duration::from_secs(1);
/// The most bytes that we read in that time.
pub const LINGER_BYTES: usize = 16 * 1024 * 1024;

/// Answers the request of every client that connects to `listener`, for ever. Runs `converse` for
/// each connection that is upgraded, in a thread of its own, and prints what it returns: how the
/// connection ended. Requests that do not ask for a WebSocket are answered with `page`.
pub fn serve_opened(
    listener: &TcpListener,
    policy: Policy,
    page: Page,
    converse: impl Fn(&TcpStream, SocketAddr, Opened) -> io::Result<String> + Send + Sync + 'static,
) -> ! {
    serve_each(listener, move |stream, peer| {
        let ended = open(stream, &policy, &page).and_then(|judged| match judged {
            Ok(opened) => converse(stream, peer, opened),
            Err(refusal) => Ok(refusal.outcome()),
        });
        let ended = ended.unwrap_or_else(|error| format!("is gone: {error}"));
        print_line(&format!("── {peer} {ended}"));
    })
}

// ANCHOR: open
/// Reads a request from `stream` and answers it. Returns the opened connection, or the [`Refusal`]
/// that was sent. After a refusal, the caller drops `stream`.
///
/// # Errors
/// If the client leaves before it has sent a whole request, or before it has received our answer.
pub fn open(
    stream: &TcpStream,
    policy: &Policy,
    page: &Page,
) -> io::Result<Result<Opened, Refusal>> {
    let limits = HeaderLimits::default();
    // This limit is never reached: the block has a smaller one, and its refusal is sent.
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
            Err(ended) => return Err(io::Error::other(ended)),
        }
    };
    let judged = outcome.and_then(|arrived| Opened::judge(arrived, policy));
    stream.set_write_timeout(Some(WRITE_TIME))?;
    (&mut &*stream).write_all(&answer(&block, &judged, page))?;
    if judged.is_err() {
        hang_up(stream)?;
    }
    Ok(judged)
}
// ANCHOR_END: open

// ANCHOR: hang_up
/// Ends a connection so that our last bytes arrive: ends our direction, and goes on reading for a
/// moment. To close a socket that has unread bytes resets the connection, and the client may then
/// lose the answer (RFC 6455 §7.1.1).
///
/// # Errors
/// If the connection is broken already.
pub fn hang_up(stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    let mut unread = Segments::new(stream, LINGER_TIME, LINGER_BYTES);
    while unread.next_segment().is_ok() {}
    Ok(())
}
// ANCHOR_END: hang_up
