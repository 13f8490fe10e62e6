//! Waits until all that has come ends with a blank line, which a first frame does not.
//!
//! Fails: what_has_come_behind_the_request_is_kept
//!   "a client in a hurry has sent its first frame already"

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
        if request.ends_with(b"\r\n\r\n") {
            return Ok((request, Vec::new()));
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
