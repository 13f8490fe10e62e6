//! Looks for the blank line in the newest piece, where half of it is not.
//!
//! Fails: the_blank_line_itself_may_be_cut
//!   "the blank line came in two pieces"

use std::io::{self, ErrorKind, Read};

/// The most bytes of a request that we take.
const LIMIT: usize = 8 * 1024;

/// Reads a request: all bytes up to the blank line, `\r\n\r\n`, and with it.
///
/// # Errors
/// `UnexpectedEof` if the peer leaves before, and `InvalidData` for one that is over `LIMIT`.
fn read_request(peer: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        if request.len() >= LIMIT {
            return Err(ErrorKind::InvalidData.into());
        }
        match peer.read(&mut buffer)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            count => {
                request.extend_from_slice(&buffer[..count]);
                if buffer[..count].ends_with(b"\r\n\r\n") {
                    return Ok(request);
                }
            }
        }
    }
}
