//! Takes everything that arrives for UTF-8, also the first frame.
//!
//! Fails: a_request_may_be_as_long_as_the_limit
//!   "the request has LIMIT bytes, and the frame after it does not count"
//! Fails: a_value_may_have_any_bytes
//!   "e9 alone is not UTF-8: leave the bytes of a request as they are"
//! Fails: the_first_frame_after_the_request_is_kept
//!   "a client in a hurry has sent its first frame already"
//! Fails: the_first_blank_line_ends_the_request
//!   "the rest has the bytes of a blank line, too: the first one counts"

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
        let text = String::from_utf8(request.clone()).unwrap();
        if let Some(end) = text.find("\r\n\r\n") {
            let rest = request.split_off(end + 4);
            return Ok((request, rest));
        }
        if request.len() >= LIMIT {
            return Err(ErrorKind::InvalidData.into());
        }
        match peer.read(&mut buffer)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            count => request.extend_from_slice(&buffer[..count]),
        }
    }
}
