//! A queue without a limit between reading and writing. The book shows the consequences.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, TcpStream as Client};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::mpsc::unbounded_channel;

/// More than the systems of both sides keep for one connection, in bytes.
const MUCH: usize = 256 * 1024 * 1024;
const MIB: usize = 1024 * 1024;
/// How long a client tries to send to a server that should not read.
const SHORT: Duration = Duration::from_secs(1);
/// The most bytes of one read.
const READ_MAX: usize = 64 * 1024;

// ANCHOR: faulty
/// Sends everything back: this task reads, another one writes, and a queue is between them.
async fn faulty_echo(stream: TcpStream) -> io::Result<()> {
    let (mut reading, mut writing) = stream.into_split();
    let (queue, mut answers) = unbounded_channel::<Vec<u8>>();
    tokio::spawn(async move {
        while let Some(answer) = answers.recv().await {
            if writing.write_all(&answer).await.is_err() {
                return;
            }
        }
    });
    let mut bytes = Vec::with_capacity(READ_MAX);
    while reading.read_buf(&mut bytes).await? > 0 {
        let _ = queue.send(bytes.split_off(0));
    }
    Ok(())
}
// ANCHOR_END: faulty

/// Sends everything back: reads only when all answers are written.
async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(READ_MAX);
    while stream.read_buf(&mut bytes).await? > 0 {
        stream.write_all(&bytes).await?;
        bytes.clear();
    }
    Ok(())
}

/// Sends to a server, and reads nothing. Returns how many bytes the server and the systems have taken,
/// until they took none for `patience`.
fn taken(address: SocketAddr, patience: Duration) -> usize {
    let mut client = Client::connect(address).unwrap();
    client.set_write_timeout(Some(patience)).unwrap();
    let bytes = vec![b'x'; MIB];
    let mut taken = 0;
    while taken < MUCH {
        match client.write(&bytes) {
            Ok(count) => taken += count,
            Err(error) => {
                let is_late = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
                assert!(is_late, "{error}");
                break;
            }
        }
    }
    taken
}

/// RFC 6455 §10.4: a queue needs a limit, or a peer that never reads decides how long it becomes.
#[test]
fn a_queue_without_a_limit_takes_everything_that_a_client_sends() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listen = || runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let (faulty, right) = (listen(), listen());
    let addresses = [faulty.local_addr().unwrap(), right.local_addr().unwrap()];
    runtime.spawn(async move { faulty_echo(faulty.accept().await.unwrap().0).await });
    runtime.spawn(async move { echo(right.accept().await.unwrap().0).await });
    let mut report = String::new();
    let names = [("a queue between two tasks", testkit::PATIENCE), ("one loop", SHORT)];
    for ((name, patience), address) in names.into_iter().zip(addresses) {
        let result = if taken(address, patience) >= MUCH {
            "all were taken"
        } else {
            "the client had to wait"
        };
        writeln!(report, "{name:25} → of {} MiB that nobody reads, {result}", MUCH / MIB).unwrap();
    }
    insta::assert_snapshot!("unread", report);
}
