//! Looks for the blank line in the newest piece, where half of it is missing.
//!
//! Fails: the_blank_line_itself_may_be_cut
//!   "the blank line arrived in two pieces: 32 bytes, and 3"
//! Fails: each_byte_may_come_by_itself
//!   "35 pieces of one byte are one request: count bytes, not reads"
//! Fails: the_first_frame_after_the_request_is_kept
//!   "a client in a hurry has sent its first frame already"

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
    let mut newest = 0;
    loop {
        if let Some(end) = request[newest..].windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = request.split_off(newest + end + 4);
            return Ok((request, rest));
        }
        if request.len() >= LIMIT {
            return Err(ErrorKind::InvalidData.into());
        }
        newest = request.len();
        match peer.read(&mut buffer)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            count => request.extend_from_slice(&buffer[..count]),
        }
    }
}
