//! Reads on for as long as a stranger likes.
//!
//! Fails: a_request_without_end_is_refused
//!   "a stranger decides how much we hold: 1 MiB by now"

use std::io::{self, ErrorKind, Read};

/// The most bytes of a request that we take.
const LIMIT: usize = 8 * 1024;

/// Reads a request: all bytes up to the blank line, `\r\n\r\n`, and with it. The second part is
/// what has come behind it.
///
/// # Errors
/// `UnexpectedEof` if the peer leaves before, and `InvalidData` for one that is over `LIMIT`.
fn read_request(peer: &mut impl Read) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        // All that has arrived is searched, for the blank line may be cut as well.
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = request.split_off(end + 4);
            return Ok((request, rest));
        }
        match peer.read(&mut buffer)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            count => request.extend_from_slice(&buffer[..count]),
        }
    }
}
