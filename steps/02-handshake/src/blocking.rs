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

/// How long a client may take for its request. After that it is dropped, so that clients which send
/// nothing, or a byte now and then, cannot fill the server (RFC 6455 §10.4).
pub const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// How long a client that does not read may keep us from writing, in the handshake and after it.
const WRITE_TIME: Duration = Duration::from_secs(10);

/// How long we go on reading after we have sent our last bytes.
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
/// Reads a request from `stream` and answers it: with an upgrade, or as the [`Refusal`] says that is
/// returned. After a refusal, `stream` is to be dropped.
///
/// # Errors
/// When the client goes away before it has sent a whole request, or before it has our answer.
pub fn open(
    stream: &TcpStream,
    policy: &Policy,
    page: &Page,
) -> io::Result<Result<Opened, Refusal>> {
    let limits = HeaderLimits::default();
    // The block has a limit of its own, and answers when it is reached. This one is larger.
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
/// moment. Closing a socket with unread bytes in it would reset the connection, and a reset
/// overtakes the answer (RFC 6455 §7.1.1).
///
/// # Errors
/// When the connection is broken already.
pub fn hang_up(stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    let mut unread = Segments::new(stream, LINGER_TIME, LINGER_BYTES);
    while unread.next_segment().is_ok() {}
    Ok(())
}
// ANCHOR_END: hang_up
