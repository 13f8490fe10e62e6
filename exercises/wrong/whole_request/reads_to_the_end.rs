//! Reads all there is before it looks for the blank line: a client that waits for an answer sends
//! no end.
//!
//! Fails: a_request_in_one_segment_is_read
//!   "it arrived in one piece"
//! Fails: a_request_in_two_segments_is_one_request
//!   "a request in two segments was taken for whole after the first (F1)"
//! Fails: the_blank_line_itself_may_be_cut
//!   "the request arrived in two pieces: 1 bytes, and 34"
//! Fails: each_byte_may_come_by_itself
//!   "35 pieces of one byte are one request: count bytes, not reads"
//! Fails: a_request_may_be_longer_than_a_read
//!   "cookies of 3,000 bytes were cut off (F1)"
//! Fails: a_request_may_be_as_long_as_the_limit
//!   "the request has LIMIT bytes, and the frame after it does not count"
//! Fails: a_value_may_have_any_bytes
//!   "e9 alone is not UTF-8: leave the bytes of a request as they are"
//! Fails: only_the_blank_line_ends_a_request
//!   "only \r\n\r\n is a blank line: \n\n and \r\r are not"
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
    peer.take(LIMIT as u64).read_to_end(&mut request)?;
    match request.windows(4).position(|four| four == b"\r\n\r\n") {
        Some(end) => {
            let rest = request.split_off(end + 4);
            Ok((request, rest))
        }
        None if request.len() < LIMIT => Err(ErrorKind::UnexpectedEof.into()),
        None => Err(ErrorKind::InvalidData.into()),
    }
}
