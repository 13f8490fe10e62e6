//! The client's opening handshake. It checks only what is needed to know that this is a WebSocket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use socket2::SockRef;
use testkit::{ACCEPT, upgrade_request};

use crate::load::task::Task;

/// How long the load waits for anything before it reports that the server is stuck.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// An answer that is longer is not accepted.
const HEAD_MAX: usize = 16 * 1024;
/// Without context takeover, so that the same message comes back as the same bytes each time.
const OFFER: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
/// What browsers offer.
const BROWSERS_OFFER: &str = "permessage-deflate; client_max_window_bits";

/// What a client offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// Nothing.
    Plain,
    /// Compression without context takeover.
    Fresh,
    /// Compression as browsers offer it.
    Browser,
}

impl Offer {
    /// Returns the value of the header field, if there is one.
    pub(super) fn value(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Fresh => Some(OFFER),
            Self::Browser => Some(BROWSERS_OFFER),
        }
    }
}

/// Returns the request for a WebSocket.
pub(super) fn request(address: SocketAddr, path: &str, offer: Offer) -> String {
    let header = offer.value().map(|offer| ("Sec-WebSocket-Extensions", offer));
    upgrade_request(&address.to_string(), path, header.as_slice())
}

/// Returns where the answer ends, or `None` if it has not ended yet. The bytes after it are frames.
///
/// # Errors
/// If this is not the answer that the load needs.
pub(super) fn judge(answer: &[u8], offer: Offer) -> Result<Option<usize>, String> {
    let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
        let is_too_long = answer.len() > HEAD_MAX;
        return if is_too_long { Err("its answer has no end".to_owned()) } else { Ok(None) };
    };
    let head = String::from_utf8_lossy(&answer[..end]);
    if !head.starts_with("HTTP/1.1 101") || !head.contains(ACCEPT) {
        let first = head.lines().next().unwrap_or_default();
        return Err(format!("it did not upgrade: {first}"));
    }
    if (offer != Offer::Plain) != head.contains("permessage-deflate") {
        return Err("it does not compress".to_owned());
    }
    Ok(Some(end + 4))
}

/// Opens a TCP connection that will end with a reset. An orderly end would keep the port in use for
/// a minute, and after some thousand connections no port would be free.
pub(super) fn connect(address: SocketAddr) -> Result<TcpStream, String> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE);
    let stream = stream.map_err(|error| format!("cannot connect to {address}: {error}"))?;
    let set = stream
        .set_nodelay(true)
        .and_then(|()| stream.set_read_timeout(Some(PATIENCE)))
        .and_then(|()| SockRef::from(&stream).set_linger(Some(Duration::ZERO)));
    set.map_err(|error| error.to_string())?;
    Ok(stream)
}

/// Returns an open connection, and the bytes that followed the answer. Without WebSocket, the
/// connection is open at once.
///
/// # Errors
/// If the server refuses, or does not answer.
pub(super) fn open(task: &Task, path: &str, offer: Offer) -> Result<(TcpStream, Vec<u8>), String> {
    let mut stream = connect(task.address)?;
    if !task.is_websocket {
        return Ok((stream, Vec::new()));
    }
    let broken = |error| format!("the connection broke in the opening handshake: {error}");
    stream.write_all(request(task.address, path, offer).as_bytes()).map_err(broken)?;
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let count = stream.read(&mut piece).map_err(broken)?;
        if count == 0 {
            return Err("the connection was closed in the opening handshake".to_owned());
        }
        answer.extend(&piece[..count]);
        if let Some(end) = judge(&answer, offer)? {
            return Ok((stream, answer.split_off(end)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_must_be_the_one_to_our_key_and_offer() {
        let answer = format!("HTTP/1.1 101 Fine\r\nSec-WebSocket-Accept: {ACCEPT}\r\n\r\n\u{1}");
        assert_eq!(judge(&answer.as_bytes()[..30], Offer::Plain), Ok(None));
        assert_eq!(judge(answer.as_bytes(), Offer::Plain), Ok(Some(answer.len() - 1)));
        assert!(judge(answer.as_bytes(), Offer::Fresh).is_err());
        let wrong = answer.replace(ACCEPT, "s3pPLMBiTxaQ9kYGzzhZRbK+xOp=");
        assert_eq!(
            judge(wrong.as_bytes(), Offer::Plain).unwrap_err(),
            "it did not upgrade: HTTP/1.1 101 Fine"
        );
    }
}
