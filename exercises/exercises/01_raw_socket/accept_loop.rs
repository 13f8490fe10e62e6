//! # Repair this server: one bad visitor ends it
//!
//! This server answers every line with the same line. Try it with one visitor and it works. But it
//! serves them one after the other, so whoever connects and says nothing keeps all others waiting.
//! And when one connection breaks, the question mark carries the error out of the loop, and the
//! server is gone (faults F15 and F16).
//!
//! Make `serve` go on, whatever one visitor does.
//!
//! Fails: a_broken_visit_ends_nothing_else
//!   "the server has ended with its first bad visitor (F16)"
//! Fails: a_silent_visitor_keeps_nobody_waiting
//!   "one silent visitor keeps all others waiting"
//!
//! Chapter: book/src/01-raw-socket.md#exercises

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};

/// Serves everyone who comes, for ever.
fn serve(listener: &TcpListener) -> io::Result<()> {
    // TODO: who else has to wait for this visitor, and who else ends with them?
    for stream in listener.incoming() {
        visit(&stream?)?;
    }
    Ok(())
}

/// One visit: answers each line until the visitor leaves. A line that is no text is an error.
fn visit(stream: &TcpStream) -> io::Result<()> {
    let mut answer = stream;
    for line in BufReader::new(stream).split(b'\n') {
        let line = String::from_utf8(line?).map_err(|_| ErrorKind::InvalidData)?;
        answer.write_all(format!("{line}\n").as_bytes())?;
    }
    Ok(())
}

fn main() {
    // Try things here, if you like: what this prints is shown below the tests.
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use super::*;

    /// Nobody is kept waiting for longer.
    const LONG: Duration = Duration::from_secs(5);

    fn server() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it has an address");
        std::thread::spawn(move || serve(&listener));
        address
    }

    fn connect(server: SocketAddr) -> TcpStream {
        let stream = TcpStream::connect(server).expect("the server listens");
        stream.set_read_timeout(Some(LONG)).expect("that is a time");
        stream
    }

    /// What the server answers; empty if it does not.
    fn answer(mut stream: &TcpStream, line: &[u8]) -> String {
        let mut answer = String::new();
        if stream.write_all(line).is_ok() {
            let _ = BufReader::new(stream).read_line(&mut answer);
        }
        answer
    }

    #[test]
    fn a_line_is_answered() {
        let stream = connect(server());
        assert_eq!(answer(&stream, b"hello\n"), "hello\n", "a line comes back");
    }

    #[test]
    fn a_broken_visit_ends_nothing_else() {
        let server = server();
        let bad = connect(server);
        assert_eq!(answer(&bad, b"\xff\xff\n"), "", "that was no text");
        drop(bad);
        let good = TcpStream::connect(server);
        let answered = good.is_ok_and(|good| {
            good.set_read_timeout(Some(LONG)).is_ok() && answer(&good, b"hello\n") == "hello\n"
        });
        assert!(answered, "the server has ended with its first bad visitor (F16)");
    }

    #[test]
    fn a_silent_visitor_keeps_nobody_waiting() {
        let server = server();
        let _silent = connect(server);
        let next = connect(server);
        assert_eq!(
            answer(&next, b"hello\n"),
            "hello\n",
            "one silent visitor keeps all others waiting"
        );
    }
}
