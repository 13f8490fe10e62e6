//! A solution of `accept_loop`: repair this server: one bad visitor ends it.

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// How long we rest when the system has no connection for us. Without a rest we would spin.
const REST: Duration = Duration::from_millis(100);

/// Serves everyone who comes, for ever.
fn serve(listener: &TcpListener) -> io::Result<()> {
    for stream in listener.incoming() {
        match stream {
            // What goes wrong in a visit ends that visit's thread, and nothing else.
            Ok(stream) => drop(thread::spawn(move || visit(&stream))),
            Err(_) => thread::sleep(REST),
        }
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

fn main() {}

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
