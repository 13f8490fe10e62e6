//! A task that waits without `.await`, and what its neighbours get. The book shows the consequences.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream as Client;
use std::sync::mpsc as waiting;
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::mpsc as awaiting;

// ANCHOR: faulty
/// Sends the next piece of news to a client. The channel is the one of the standard library.
async fn faulty_news(
    mut stream: TcpStream,
    news: waiting::Receiver<&'static str>,
) -> io::Result<()> {
    let news = news.recv().unwrap_or("no news");
    stream.write_all(news.as_bytes()).await
}

/// The same with the channel of tokio.
async fn news(mut stream: TcpStream, mut news: awaiting::Receiver<&'static str>) -> io::Result<()> {
    let news = news.recv().await.unwrap_or("no news");
    stream.write_all(news.as_bytes()).await
}
// ANCHOR_END: faulty

/// Sends everything back.
async fn echo(mut stream: TcpStream) -> io::Result<u64> {
    let (mut reading, mut writing) = stream.split();
    copy(&mut reading, &mut writing).await
}

/// Serves two clients on one thread: the first waits for news, and the second gets its bytes back.
/// Returns whether the second was answered while the first was waiting, within `patience`.
fn is_second_answered<Task: Future<Output = io::Result<()>> + Send + 'static>(
    serve_first: impl FnOnce(TcpStream) -> Task + Send + 'static,
    send_news: impl FnOnce(),
    patience: Duration,
) -> bool {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        runtime.block_on(async {
            let first = tokio::spawn(serve_first(listener.accept().await.unwrap().0));
            let second = tokio::spawn(echo(listener.accept().await.unwrap().0));
            first.await.unwrap().unwrap();
            second.await.unwrap().unwrap();
        });
    });
    let mut first = Client::connect(address).unwrap();
    let mut second = Client::connect(address).unwrap();
    second.write_all(b"hello").unwrap();
    second.set_read_timeout(Some(patience)).unwrap();
    let mut answer = [0; 5];
    let early = second.read_exact(&mut answer);
    send_news();
    first.read_exact(&mut [0; 4]).unwrap();
    // The first task has ended, and now the second client is answered in any case.
    if let Err(error) = &early {
        assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
        second.set_read_timeout(Some(testkit::PATIENCE)).unwrap();
        second.read_exact(&mut answer).unwrap();
    }
    assert_eq!(&answer, b"hello");
    drop(second);
    server.join().unwrap();
    early.is_ok()
}

/// A task gives its thread back only at an `.await`.
#[test]
fn a_wait_without_await_stops_all_tasks_of_the_thread() {
    let (send, receive) = waiting::channel();
    let faulty = is_second_answered(
        |stream| faulty_news(stream, receive),
        move || send.send("news").unwrap(),
        Duration::from_millis(500),
    );
    let (send, receive) = awaiting::channel(1);
    let right = is_second_answered(
        |stream| news(stream, receive),
        move || send.try_send("news").unwrap(),
        testkit::PATIENCE,
    );
    let mut report = String::new();
    for (call, is_answered) in [("recv()", faulty), ("recv().await", right)] {
        let answer = if is_answered { "is answered at once" } else { "is not answered" };
        writeln!(report, "the first task waits in {call:12} → the second client {answer}").unwrap();
    }
    insta::assert_snapshot!("second_client", report);
}
