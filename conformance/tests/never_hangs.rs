//! Whatever a server does, the checker comes to an end.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use conformance::checker::options::Options;
use conformance::checker::runner::run;

/// How long all checks may take together, without the hostile ones.
const LIMIT: Duration = Duration::from_secs(30);

/// Starts a server that does this with everyone, and checks it.
fn comes_to_an_end(serve: fn(TcpStream) -> std::io::Result<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream));
        }
    });
    let report = run(&Options::new(url.parse().unwrap()), &|_, _| {}).unwrap();
    assert!(!report.is_good() && report.time < LIMIT, "{}", report.for_people(false));
}

/// Answers every request with the same 101, and then with these bytes for ever.
fn answers_for_ever(mut stream: TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        request.extend(byte);
    }
    stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")?;
    loop {
        stream.write_all(bytes)?;
    }
}

#[test]
fn with_a_server_that_says_nothing() {
    comes_to_an_end(|mut stream| {
        while stream.read(&mut [0; 1024])? > 0 {}
        Ok(())
    });
}

#[test]
fn with_a_server_that_sends_pings_for_ever() {
    comes_to_an_end(|stream| answers_for_ever(stream, &[0x89, 0].repeat(1000)));
}

#[test]
fn with_a_server_whose_message_never_ends() {
    comes_to_an_end(|stream| answers_for_ever(stream, &[1, 0].repeat(1000)));
}

#[test]
fn with_a_server_that_reads_nothing() {
    comes_to_an_end(|stream| {
        thread::park();
        drop(stream);
        Ok(())
    });
}

#[test]
fn with_a_server_that_sends_no_http_for_ever() {
    comes_to_an_end(|mut stream| {
        loop {
            stream.write_all(&[b'x'; 1000])?;
        }
    });
}
