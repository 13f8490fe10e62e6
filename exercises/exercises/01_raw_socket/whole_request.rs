//! # One read is not one request
//!
//! This server calls `read` once, and takes what arrives for the whole request. That is a common
//! mistake (fault F1). Over a network a request may arrive in many pieces, and with a few cookies
//! it is longer than 1024 bytes.
//!
//! Make `read_request` read on until the blank line that ends the request's header block. The bytes
//! after it may be the client's first frame: return them as well. And a peer that never sends a
//! blank line must not make us hold much more than `LIMIT` bytes.
//!
//! Fails: a_request_in_two_segments_is_one_request
//!   "a request in two segments was taken for whole after the first (F1)"
//! Fails: the_blank_line_itself_may_be_cut
//!   "the request arrived in two pieces: 1 bytes, and 34"
//! Fails: each_byte_may_come_by_itself
//!   "35 pieces of one byte are one request: count bytes, not reads"
//! Fails: a_request_may_be_longer_than_a_read
//!   "cookies of 3,000 bytes were cut off (F1)"
//! Fails: a_request_may_be_as_long_as_the_limit
//!   "this request has exactly LIMIT bytes, and ends with a blank line"
//! Fails: the_first_frame_after_the_request_is_kept
//!   "a client in a hurry has sent its first frame already"
//! Fails: the_first_blank_line_ends_the_request
//!   "the rest has the bytes of a blank line, too: the first one counts"
//! Fails: a_peer_that_closes_in_the_middle_has_sent_no_request
//!   "half a request was taken for a whole one"
//! Fails: an_error_of_the_peer_is_passed_on
//!   "the second read failed: return its error as it is"
//! Fails: a_request_without_an_end_is_refused
//!   "no blank line in LIMIT bytes"
//!
//! Chapter: book/src/01-raw-socket.md#exercises

use std::io::{self, Read};

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
    // TODO: a read returns what has arrived so far.
    let mut buffer = [0; 1024];
    let count = peer.read(&mut buffer)?;
    Ok((buffer[..count].to_vec(), Vec::new()))
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::io::{self, ErrorKind, Read};
    use std::panic::{self, AssertUnwindSafe};

    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    /// A masked text frame, as a browser sends it. The key and the payload may be any bytes.
    const FRAME: &[u8] = &[0x81, 0x82, 0xff, 0xc3, 0x00, 0x9f, 0x97, 0xaa];

    /// A client whose bytes arrive in these pieces.
    struct Client {
        pieces: VecDeque<Vec<u8>>,
        /// What a read returns after the last piece.
        then: Then,
        /// Was there a read that would never return?
        is_stuck: bool,
    }

    #[derive(Clone, Copy)]
    enum Then {
        /// The client has closed the connection.
        Closed,
        /// The connection is broken.
        Reset,
        /// The client sends nothing more until it is answered: the read would never return.
        Waits,
    }

    impl Read for Client {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some(mut piece) = self.pieces.pop_front() else {
                return match self.then {
                    Then::Closed => Ok(0),
                    Then::Reset => Err(ErrorKind::ConnectionReset.into()),
                    Then::Waits => {
                        self.is_stuck = true;
                        panic!("this read would never return")
                    }
                };
            };
            let count = piece.len().min(buffer.len());
            buffer[..count].copy_from_slice(&piece[..count]);
            if count < piece.len() {
                self.pieces.push_front(piece.split_off(count));
            }
            Ok(count)
        }
    }

    /// The request and the rest, or the kind of error that your function returned.
    type Returned = Result<(Vec<u8>, Vec<u8>), ErrorKind>;

    /// Compares what your function returns for these pieces with what was expected.
    #[track_caller]
    fn check(pieces: &[&[u8]], then: Then, expected: &Returned, why: &str) {
        let pieces = pieces.iter().map(|piece| piece.to_vec()).collect();
        let mut client = Client { pieces, then, is_stuck: false };
        let read = AssertUnwindSafe(|| read_request(&mut client).map_err(|error| error.kind()));
        let yours = panic::catch_unwind(read);
        assert!(
            !client.is_stuck,
            "{why}\n  your function: reads again, although the blank line has arrived\n  expected: \
             returns what has arrived. The client sends nothing more until it\n    is answered, so \
             that this read would never return"
        );
        let Ok(yours) = yours else { panic!("{why}\n  your function panicked: see above") };
        assert!(
            yours == *expected,
            "{why}\n  your function returned:\n{}\n  expected:\n{}",
            shown(&yours),
            shown(expected)
        );
    }

    /// The request as text, in which a byte that is not visible ASCII is `\r`, `\n` or `\xff`, and
    /// the rest in hex.
    fn shown(returned: &Returned) -> String {
        let (request, rest) = match returned {
            Ok(parts) => parts,
            Err(error) => return format!("    the error {error:?}"),
        };
        let text: String = request.escape_ascii().to_string();
        let more =
            if text.len() > 44 { format!("… ({} bytes)", request.len()) } else { String::new() };
        let hex: String = rest.iter().take(16).map(|byte| format!("{byte:02x} ")).collect();
        let hex = if rest.len() > 16 { format!("{hex}… ({} bytes)", rest.len()) } else { hex };
        let hex = if rest.is_empty() { "nothing" } else { hex.trim_end() };
        format!("    request: {:.44}{more}\n    rest:    {hex}", text)
    }

    /// What is expected for this request, with this rest.
    fn parts(request: &[u8], rest: &[u8]) -> Returned {
        Ok((request.to_vec(), rest.to_vec()))
    }

    #[test]
    fn a_request_in_one_segment_is_read() {
        check(&[REQUEST], Then::Waits, &parts(REQUEST, b""), "it arrived in one piece");
    }

    #[test]
    fn a_request_in_two_segments_is_one_request() {
        let why = "a request in two segments was taken for whole after the first (F1)";
        let (first, second) = REQUEST.split_at(16);
        check(&[first, second], Then::Waits, &parts(REQUEST, b""), why);
    }

    #[test]
    fn the_blank_line_itself_may_be_cut() {
        for cut in 1..REQUEST.len() {
            let (first, second) = REQUEST.split_at(cut);
            let what = if second.len() < 4 { "the blank line" } else { "the request" };
            let why = format!("{what} arrived in two pieces: {cut} bytes, and {}", second.len());
            check(&[first, second], Then::Waits, &parts(REQUEST, b""), &why);
        }
    }

    #[test]
    fn each_byte_may_come_by_itself() {
        let bytes: Vec<&[u8]> = REQUEST.chunks(1).collect();
        let why = "35 pieces of one byte are one request: count bytes, not reads";
        check(&bytes, Then::Waits, &parts(REQUEST, b""), why);
    }

    #[test]
    fn a_request_may_be_longer_than_a_read() {
        let request = format!("GET / HTTP/1.1\r\nCookie: {}\r\n\r\n", "c".repeat(3000));
        let request = request.as_bytes();
        let why = "cookies of 3,000 bytes were cut off (F1)";
        check(&[request], Then::Waits, &parts(request, b""), why);
    }

    #[test]
    fn a_request_may_be_as_long_as_the_limit() {
        let start = "GET / HTTP/1.1\r\nCookie: ";
        let request = format!("{start}{}\r\n\r\n", "c".repeat(LIMIT - start.len() - 4));
        let request = request.as_bytes();
        let why = "this request has exactly LIMIT bytes, and ends with a blank line";
        check(&[request], Then::Waits, &parts(request, b""), why);
        let (first, second) = request.split_at(100);
        let second = [second, FRAME].concat();
        let why = "the request has LIMIT bytes, and the frame after it does not count";
        check(&[first, &second], Then::Waits, &parts(request, FRAME), why);
    }

    #[test]
    fn a_value_may_have_any_bytes() {
        let request = b"GET / HTTP/1.1\r\nX-Name: Andr\xe9\r\n\r\n";
        let why = "e9 alone is not UTF-8: leave the bytes of a request as they are";
        check(&[request], Then::Waits, &parts(request, b""), why);
    }

    #[test]
    fn only_the_blank_line_ends_a_request() {
        let request = b"GET / HTTP/1.1\r\nX-Odd: \n\n\r\r\r\nX-More: \n\r\n";
        let request = [request.as_slice(), b"\r\n"].concat();
        let why = "only \\r\\n\\r\\n is a blank line: \\n\\n and \\r\\r are not";
        check(&[&request], Then::Waits, &parts(&request, b""), why);
    }

    #[test]
    fn the_first_frame_after_the_request_is_kept() {
        let stream = [REQUEST, FRAME].concat();
        let why = "a client in a hurry has sent its first frame already";
        check(&[&stream], Then::Waits, &parts(REQUEST, FRAME), why);
        let (first, second) = stream.split_at(REQUEST.len() - 2);
        check(&[first, second], Then::Waits, &parts(REQUEST, FRAME), why);
    }

    #[test]
    fn the_first_blank_line_ends_the_request() {
        let rest = [FRAME, b"\r\n\r\n"].concat();
        let stream = [REQUEST, &rest].concat();
        let why = "the rest has the bytes of a blank line, too: the first one counts";
        check(&[&stream], Then::Waits, &parts(REQUEST, &rest), why);
    }

    #[test]
    fn a_peer_that_closes_in_the_middle_has_sent_no_request() {
        let error = Err(ErrorKind::UnexpectedEof);
        let why = "half a request was taken for a whole one";
        check(&[b"GET / HTTP/1.1\r\n"], Then::Closed, &error, why);
        let why = "the peer has closed the connection, and has sent nothing";
        check(&[], Then::Closed, &error, why);
    }

    #[test]
    fn an_error_of_the_peer_is_passed_on() {
        let error = Err(ErrorKind::ConnectionReset);
        let why = "the second read failed: return its error as it is";
        check(&[b"GET / HTTP/1.1\r\n"], Then::Reset, &error, why);
    }

    #[test]
    fn a_request_without_an_end_is_refused() {
        let pieces = VecDeque::from([vec![b'a'; 16 * LIMIT]]);
        let mut client = Client { pieces, then: Then::Closed, is_stuck: false };
        let yours = read_request(&mut client).map_err(|error| error.kind());
        let left: usize = client.pieces.iter().map(Vec::len).sum();
        let read = 16 * LIMIT - left;
        assert!(
            read <= 4 * LIMIT,
            "a stranger decides how many bytes we hold: stop at LIMIT\n  your function read {read} \
             bytes without a blank line\n  expected: about {LIMIT}"
        );
        let expected = Err(ErrorKind::InvalidData);
        assert!(
            yours == expected,
            "no blank line in LIMIT bytes\n  your function returned:\n{}\n  expected:\n{}",
            shown(&yours),
            shown(&expected)
        );
    }
}
