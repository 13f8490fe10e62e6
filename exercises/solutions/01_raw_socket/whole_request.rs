//! A solution of `whole_request`: one read is not one request.

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
        if request.len() >= LIMIT {
            return Err(ErrorKind::InvalidData.into());
        }
        match peer.read(&mut buffer)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            count => request.extend_from_slice(&buffer[..count]),
        }
    }
}

fn main() {}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// A peer whose bytes arrive in these pieces. Then it closes the connection.
    struct Pieces(VecDeque<Vec<u8>>);

    impl Pieces {
        fn new(pieces: &[&str]) -> Self {
            Self(pieces.iter().map(|piece| piece.as_bytes().to_vec()).collect())
        }
    }

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some(mut piece) = self.0.pop_front() else { return Ok(0) };
            let count = piece.len().min(buffer.len());
            buffer[..count].copy_from_slice(&piece[..count]);
            if count < piece.len() {
                self.0.push_front(piece.split_off(count));
            }
            Ok(count)
        }
    }

    /// Sends the letter a for ever.
    struct Endless(usize);

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += buffer.len();
            assert!(self.0 <= 1024 * 1024, "a stranger decides how much we hold: 1 MiB by now");
            buffer.fill(b'a');
            Ok(buffer.len())
        }
    }

    fn read(pieces: &[&str]) -> Result<String, ErrorKind> {
        let read = read_request(&mut Pieces::new(pieces)).map_err(|error| error.kind())?;
        Ok(String::from_utf8_lossy(&read.0).into_owned())
    }

    const REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    #[test]
    fn a_request_in_one_segment_is_read() {
        assert_eq!(read(&[REQUEST]).as_deref(), Ok(REQUEST), "it came in one piece");
    }

    #[test]
    fn a_request_in_two_segments_is_one_request() {
        assert_eq!(
            read(&["GET / HTTP/1.1\r\n", "Host: localhost\r\n\r\n"]).as_deref(),
            Ok(REQUEST),
            "a request in two segments was taken for whole after the first (F1)"
        );
    }

    #[test]
    fn the_blank_line_itself_may_be_cut() {
        for cut in REQUEST.len() - 3..REQUEST.len() {
            let (first, second) = REQUEST.split_at(cut);
            let request = read(&[first, second]);
            assert_eq!(request.as_deref(), Ok(REQUEST), "the blank line came in two pieces");
        }
    }

    #[test]
    fn a_request_may_be_longer_than_a_read() {
        let request = format!("GET / HTTP/1.1\r\nCookie: {}\r\n\r\n", "c".repeat(3000));
        let count = read(&[&request]).map(|request| request.len());
        assert_eq!(count, Ok(request.len()), "cookies of 3,000 bytes were cut off (F1)");
    }

    #[test]
    fn a_peer_that_leaves_in_the_middle_has_sent_no_request() {
        let request = read(&["GET / HTTP/1.1\r\n"]);
        let error = Err(ErrorKind::UnexpectedEof);
        assert_eq!(request, error, "half a request was taken for a whole one");
    }

    #[test]
    fn what_has_come_behind_the_request_is_kept() {
        let mut peer = Pieces::new(&[&format!("{REQUEST}the first frame")]);
        let read = read_request(&mut peer).map_err(|error| error.kind());
        let parts = (REQUEST.as_bytes().to_vec(), b"the first frame".to_vec());
        assert_eq!(read, Ok(parts), "a client in a hurry has sent its first frame already");
    }

    #[test]
    fn a_request_without_end_is_refused() {
        let read = read_request(&mut Endless(0)).map_err(|error| error.kind());
        let why = "a stranger decides how much we hold: stop at LIMIT";
        assert_eq!(read, Err(ErrorKind::InvalidData), "{why}");
    }
}
