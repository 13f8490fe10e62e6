//! Keeps errors in their visit, and serves one visitor after the other.
//!
//! Fails: a_silent_visitor_keeps_nobody_waiting
//!   "one silent visitor keeps all others waiting"

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
            Ok(stream) => drop(visit(&stream)),
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
