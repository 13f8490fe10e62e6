//! Requests that take their time, on a paused clock.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::time::Duration;

use event_log::EventLog;
use polling::{site, topics};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::Instant;
use web::Origins;
use web::server::{HttpLimits, guarded, serve_stream};

const HOLD: Duration = Duration::from_secs(10);

/// A connection to the vote and the chat, without a network.
fn connection() -> DuplexStream {
    let (ours, theirs) = duplex(64 * 1024);
    let site = site(EventLog::in_memory(topics(100)), HOLD);
    let router = guarded(site, Origins::default(), HOLD);
    tokio::spawn(async move { serve_stream(theirs, router, &HttpLimits::default()).await });
    ours
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

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed() {
    let began = Instant::now();
    assert_eq!(asks("").await, "");
    assert_eq!(began.elapsed().as_secs(), 10);
}
