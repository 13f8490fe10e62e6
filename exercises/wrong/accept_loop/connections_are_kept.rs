//! Keeps every connection in a list, so that none is ever closed.
//!
//! Fails: a_broken_visit_ends_nothing_else
//!   "a line that is not UTF-8 ends the visit"

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// How long the server rests after an error of the listener. Without a rest it would try again at
/// once, thousands of times in a second.
const REST: Duration = Duration::from_millis(100);

/// Serves all visitors, for ever: it does not return.
fn serve(listener: &TcpListener) -> io::Result<()> {
    let mut visitors = Vec::new();
    for stream in listener.incoming() {
        match stream {
            Ok(stream) => {
                visitors.push(stream.try_clone());
                thread::spawn(move || visit(&stream));
            }
            Err(_) => thread::sleep(REST),
        }
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
