//! Goes on while the listener has no error.
//!
//! Fails: an_error_of_the_listener_ends_nothing
//!   "`accept` has failed, and the server has ended: rest a moment, and try again"

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Serves all visitors, for ever: it does not return.
fn serve(listener: &TcpListener) -> io::Result<()> {
    while let Ok((stream, _)) = listener.accept() {
        thread::spawn(move || visit(&stream));
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
