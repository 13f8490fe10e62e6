//! Takes a connection that is closed at once for an empty request.
//!
//! Fails: a_peer_that_closes_in_the_middle_has_sent_no_request
//!   "the peer has closed the connection, and has sent nothing"

use std::io::{self, ErrorKind, Read};

/// The longest request that the server accepts, in bytes, with its blank line.
const LIMIT: usize = 8 * 1024;

/// Reads a request: all bytes up to the first blank line, `\r\n\r\n`, and the blank line itself.
/// Returns the request, and the bytes after it that have arrived already.
///
/// # Errors
/// `ErrorKind::UnexpectedEof` if the peer closes the connection before the blank line,
/// `ErrorKind::InvalidData` if `LIMIT` bytes have arrived without one, and the peer's own error if
/// a read fails.
fn read_request(peer: &mut impl Read) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        // All bytes so far are searched, because the blank line itself may arrive in two pieces.
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = request.split_off(end + 4);
            return Ok((request, rest));
        }
        if request.len() >= LIMIT {
            return Err(ErrorKind::InvalidData.into());
        }
        match peer.read(&mut buffer)? {
            0 if request.is_empty() => return Ok((Vec::new(), Vec::new())),
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            count => request.extend_from_slice(&buffer[..count]),
        }
    }
}
