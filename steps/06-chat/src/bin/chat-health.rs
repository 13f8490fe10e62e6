//! `chat-health ADDRESS:PORT`: exits with 0 if a chat answers at this address, and otherwise with 1.
//!
//! It is for a container, which contains no other program that could ask. The chat has to listen there
//! without TLS.

use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::time::Duration;

/// How long to wait for a connection, and for each part of the answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How an answer begins if the chat is well.
const WELL: &[u8] = b"HTTP/1.1 200 ";

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let (Some(address), None) = (arguments.next(), arguments.next()) else {
        return fails(2, "usage: chat-health ADDRESS:PORT");
    };
    match asks(&address) {
        Ok(start) if start == WELL => ExitCode::SUCCESS,
        Ok(start) => {
            let start = String::from_utf8_lossy(&start);
            fails(1, &format!("{address} does not answer with 200: {start:?}"))
        }
        Err(error) => fails(1, &format!("{address} does not answer: {error}")),
    }
}

fn fails(code: u8, sentence: &str) -> ExitCode {
    // The terminal may be closed. The exit code is enough.
    let _ = writeln!(io::stderr(), "{sentence}");
    ExitCode::from(code)
}

/// Asks for `/health/live`, and returns the first bytes of the answer.
fn asks(address: &str) -> io::Result<Vec<u8>> {
    let first = address.to_socket_addrs()?.next().ok_or(io::ErrorKind::NotFound)?;
    let mut socket = TcpStream::connect_timeout(&first, PATIENCE)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    let request =
        format!("GET /health/live HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes())?;
    let mut start = Vec::new();
    socket.take(WELL.len() as u64).read_to_end(&mut start)?;
    Ok(start)
}
