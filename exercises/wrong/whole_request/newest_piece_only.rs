//! Looks for the blank line in the newest piece, where half of it is not.
//!
//! Fails: the_blank_line_itself_may_be_cut
//!   "the blank line came in two pieces"

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
