//! Answers one line, and closes the connection.
//!
//! Fails: every_line_of_a_visit_is_answered
//!   "two lines came in one piece"

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// How long the server rests after an error of the listener. Without a rest it would try again at
/// once, thousands of times in a second.
const REST: Duration = Duration::from_millis(100);

/// Serves all visitors, for ever: it does not return.
fn serve(listener: &TcpListener) -> io::Result<()> {
    for stream in listener.incoming() {
        match stream {
            // An error in a visit ends that visit's thread, and nothing else.
            Ok(stream) => drop(thread::spawn(move || visit(&stream))),
            Err(_) => thread::sleep(REST),
        }
    }
    Ok(())
}

/// One visit: answers each line until the visitor leaves. A line that is not UTF-8 is an error, and
/// ends the visit.
fn visit(stream: &TcpStream) -> io::Result<()> {
    let mut answer = stream;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    answer.write_all(line.as_bytes())
}
