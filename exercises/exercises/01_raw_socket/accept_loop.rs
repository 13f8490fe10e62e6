//! # Repair this server: one bad visitor ends it
//!
//! This server answers every line with the same line. It serves its visitors one after the other,
//! so a visitor who sends nothing keeps all others waiting. And when one connection fails, the
//! question mark carries the error out of the loop, and the server ends (faults F15 and F16).
//!
//! Make `serve` go on, whatever one visitor does, and also when the listener itself has an error.
//! The system reports one when it has no more room for a connection, and a moment later it has.
//!
//! Fails: a_broken_visit_ends_nothing_else
//!   "the server has ended with its first bad visitor (F16)"
//! Fails: silent_visitors_keep_nobody_waiting
//!   "one silent visitor keeps all others waiting"
//! Fails: an_error_of_the_listener_ends_nothing
//!   "`accept` has failed, and the server has ended: rest a moment, and try again"
//!
//! Chapter: book/src/01-raw-socket.md#exercises

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};

/// Serves all visitors, for ever: it does not return.
fn serve(listener: &TcpListener) -> io::Result<()> {
    // TODO: which other visitors wait for this one, and which end with it?
    for stream in listener.incoming() {
        visit(&stream?)?;
    }
    Ok(())
}

/// One visit: answers each line until the visitor leaves. A line that is not UTF-8 is an error, and
/// ends the visit.
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
    use std::io::{self, ErrorKind, Read, Write};
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::sync::mpsc::{self, Receiver};
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// How long a test waits for an answer.
    const LONG: Duration = Duration::from_secs(5);

    /// A server that runs your `serve` in a thread.
    struct Server {
        address: SocketAddr,
        /// Says how your `serve` ended, if it did.
        ended: Receiver<String>,
    }

    impl Server {
        fn start() -> Self {
            Self::with(TcpListener::bind("127.0.0.1:0").expect("there is a free port"))
        }

        fn with(listener: TcpListener) -> Self {
            let address = listener.local_addr().expect("it has an address");
            let (sender, ended) = mpsc::channel();
            thread::spawn(move || {
                let how = match serve(&listener) {
                    Ok(()) => "returned Ok(())".to_owned(),
                    Err(error) => format!("returned the error {:?}", error.kind()),
                };
                let _ = sender.send(how);
            });
            Self { address, ended }
        }

        fn connect(&self) -> io::Result<TcpStream> {
            let stream = TcpStream::connect(self.address)?;
            stream.set_read_timeout(Some(LONG))?;
            Ok(stream)
        }

        /// Sends these bytes, and compares what comes back with what was expected.
        #[track_caller]
        fn check(&self, visitor: &io::Result<TcpStream>, sent: &str, expected: &str, why: &str) {
            let answer = match visitor {
                Ok(visitor) => answer(visitor, sent, expected.len()),
                Err(error) => Err(error.kind()),
            };
            let yours = match &answer {
                Ok(answer) => format!("answered {answer:?}"),
                Err(ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    format!("did not answer within {LONG:?}")
                }
                // It has closed the connection. Has it ended as well?
                Err(_) => match self.ended.recv_timeout(Duration::from_millis(100)) {
                    Ok(how) => format!("has ended, because `serve` {how}"),
                    Err(_) => "closed the connection without this answer".to_owned(),
                },
            };
            assert!(
                answer.as_deref() == Ok(expected),
                "{why}\n  sent: {sent:?}\n  your server: {yours}\n  expected: answered {expected:?}"
            );
        }
    }

    /// Sends these bytes, and returns the answer of this length.
    fn answer(mut visitor: &TcpStream, sent: &str, length: usize) -> Result<String, ErrorKind> {
        let mut buffer = vec![0; length];
        visitor.write_all(sent.as_bytes()).map_err(|error| error.kind())?;
        visitor.read_exact(&mut buffer).map_err(|error| error.kind())?;
        Ok(String::from_utf8_lossy(&buffer).into_owned())
    }

    #[test]
    fn a_line_is_answered() {
        let server = Server::start();
        server.check(&server.connect(), "hello\n", "hello\n", "a line comes back");
    }

    #[test]
    fn every_line_of_a_visit_is_answered() {
        let server = Server::start();
        let visitor = server.connect();
        server.check(&visitor, "one\ntwo\n", "one\ntwo\n", "two lines came in one piece");
        server.check(&visitor, "three\n", "three\n", "the visitor is still there");
    }

    #[test]
    fn a_broken_visit_ends_nothing_else() {
        let server = Server::start();
        let mut bad = server.connect().expect("the server listens");
        bad.write_all(b"\xff\xff\n").expect("the server reads");
        let answer = bad.read(&mut [0; 1]);
        let is_open = matches!(&answer, Err(error) if error.kind() != ErrorKind::ConnectionReset);
        assert!(
            !is_open && !matches!(answer, Ok(1..)),
            "a line that is not UTF-8 ends the visit\n  sent: ff ff 0a\n  your server: {}\n  \
             expected: closed the connection",
            if is_open { "keeps the connection open" } else { "answered" }
        );
        let why = "the server has ended with its first bad visitor (F16)";
        server.check(&server.connect(), "hello\n", "hello\n", why);
    }

    #[test]
    fn silent_visitors_keep_nobody_waiting() {
        let server = Server::start();
        let silent = server.connect();
        let why = "one silent visitor keeps all others waiting";
        server.check(&server.connect(), "hello\n", "hello\n", why);
        let why = "the first visitor has thought about it, and now sends a line";
        server.check(&silent, "at last\n", "at last\n", why);
        let _more: Vec<_> = (0..100).map(|_| server.connect()).collect();
        let why = "a hundred silent visitors keep all others waiting";
        server.check(&server.connect(), "hello\n", "hello\n", why);
    }

    /// A listener that does not block returns an error whenever no visitor is waiting.
    #[test]
    fn an_error_of_the_listener_ends_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        listener.set_nonblocking(true).expect("that is possible");
        let server = Server::with(listener);
        let ended = server.ended.recv_timeout(Duration::from_millis(300)).ok();
        assert!(
            ended.is_none(),
            "`accept` has failed, and the server has ended: rest a moment, and try again\n  your \
             `serve`: {}\n  expected: goes on",
            ended.unwrap_or_default()
        );
    }

    #[test]
    fn serve_does_not_return() {
        let server = Server::start();
        server.check(&server.connect(), "hello\n", "hello\n", "a line comes back");
        let ended = server.ended.recv_timeout(Duration::from_millis(300)).ok();
        assert!(
            ended.is_none(),
            "a program whose `serve` returns is over\n  your `serve`: {}\n  expected: serves the \
             next visitor",
            ended.unwrap_or_default()
        );
    }
}
