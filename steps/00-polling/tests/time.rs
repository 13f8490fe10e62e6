//! Requests that take their time, on a paused clock.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::time::Duration;

use event_log::{Draft, EventLog};
use polling::{site, topics};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use web::Origins;
use web::server::{HttpCounts, HttpLimits, guarded, serve_stream};

const HOLD: Duration = Duration::from_secs(10);

/// A connection to the vote and the chat, without a network, which holds this many bytes. And its
/// task, which ends when the server has dropped it.
fn connection_of(capacity: usize) -> (DuplexStream, JoinHandle<()>) {
    let (ours, theirs) = duplex(capacity);
    let log = EventLog::in_memory(topics(100));
    for number in 0..100 {
        log.append(Draft::new("chat", number.to_string(), "x".repeat(1000))).unwrap();
    }
    let site = site(log, HOLD);
    let counts = HttpCounts::default();
    let router = guarded(site, Origins::default(), HOLD, counts.clone());
    let serve = async move {
        serve_stream(theirs, router, &HttpLimits::default(), &counts).await;
    };
    (ours, tokio::spawn(serve))
}

fn connection() -> DuplexStream {
    connection_of(64 * 1024).0
}

/// Sends a request, and returns the whole answer.
async fn asks(request: &str) -> String {
    let mut connection = connection();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(start_paused = true)]
async fn a_poll_without_news_is_held_and_then_answered_with_204() {
    let began = Instant::now();
    let answer = asks("GET /votes HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 204 No Content\r\n"), "{answer}");
    assert_eq!(began.elapsed().as_secs(), HOLD.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_not_waited_for_for_ever() {
    let answer =
        asks("POST /votes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{").await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.ends_with("the request took too long"), "{answer}");
}

/// Time that has passed, in seconds.
fn seconds(began: Instant) -> u64 {
    began.elapsed().as_secs()
}

#[tokio::test(start_paused = true)]
async fn a_connection_on_which_nothing_is_asked_ends_after_the_time_for_a_header() {
    let began = Instant::now();
    assert_eq!(asks("").await, "");
    assert_eq!(seconds(began), 10);
}

/// Usual load balancers keep a connection for 60 s and then close it. A server that is quicker closes
/// it at the moment in which the balancer sends the next request.
#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_kept_for_75_seconds_after_each_answer() {
    let mut connection = connection();
    let request = b"GET /votes?wait=0 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut answer = [0; 4096];
    for _ in 0..3 {
        connection.write_all(request).await.unwrap();
        let size = connection.read(&mut answer).await.unwrap();
        assert!(answer[..size].starts_with(b"HTTP/1.1 200 OK"));
        sleep(Duration::from_secs(74)).await;
    }
    let began = Instant::now();
    assert_eq!(connection.read(&mut answer).await.unwrap(), 0);
    assert_eq!(seconds(began), 1);
}

/// Patience with an idle client is not patience with a slow header.
#[tokio::test(start_paused = true)]
async fn a_request_that_has_begun_on_an_idle_connection_has_the_time_for_a_header() {
    let mut connection = connection();
    connection.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = vec![0; 64 * 1024];
    assert!(connection.read(&mut answer).await.unwrap() > 0);
    sleep(Duration::from_secs(30)).await;
    let began = Instant::now();
    for piece in [&b"GET"[..], b" /", b" HTTP/1.1\r\n", b"Host: local"] {
        connection.write_all(piece).await.unwrap();
        sleep(Duration::from_secs(2)).await;
    }
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert_eq!(seconds(began), 10);
}

const ALL_MESSAGES: &[u8] = b"GET /messages?wait=0 HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_its_answer_is_dropped_after_the_time_for_writing() {
    let (mut connection, served) = connection_of(1024);
    connection.write_all(ALL_MESSAGES).await.unwrap();
    let began = Instant::now();
    served.await.unwrap();
    assert_eq!(seconds(began), 10);
}

/// A slow reader is not dropped as long as it reads.
#[tokio::test(start_paused = true)]
async fn a_client_that_reads_slowly_receives_its_whole_answer() {
    let (mut connection, _served) = connection_of(1024);
    connection.write_all(ALL_MESSAGES).await.unwrap();
    let began = Instant::now();
    let (mut answer, mut piece) = (Vec::new(), [0; 10_000]);
    while !answer.ends_with(b"}") {
        sleep(Duration::from_secs(1)).await;
        let size = connection.read(&mut piece).await.unwrap();
        assert!(size > 0, "dropped after {} bytes", answer.len());
        answer.extend_from_slice(&piece[..size]);
    }
    assert!(seconds(began) > 40, "{}", seconds(began));
}

/// Somebody who takes a byte now and then would keep a connection for ever.
#[tokio::test(start_paused = true)]
async fn a_client_that_reads_absurdly_slowly_is_dropped() {
    let (mut connection, served) = connection_of(1024);
    connection.write_all(ALL_MESSAGES).await.unwrap();
    let began = Instant::now();
    let read = async {
        while let Ok(1) = connection.read(&mut [0]).await {
            sleep(Duration::from_secs(9)).await;
        }
    };
    tokio::select! {
        served = served => served.unwrap(),
        () = read => {}
    }
    assert_eq!(seconds(began), 120);
}

/// RFC 9112 §9.6: a client may end its direction and wait for the answer.
#[tokio::test(start_paused = true)]
async fn a_poll_of_a_client_that_sends_no_more_is_held_and_answered() {
    let (mut connection, served) = connection_of(64 * 1024);
    let began = Instant::now();
    connection.write_all(b"GET /votes HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    connection.shutdown().await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 204 No Content\r\n"), "{answer}");
    assert_eq!(seconds(began), HOLD.as_secs());
    served.await.unwrap();
    assert_eq!(seconds(began), HOLD.as_secs());
}
