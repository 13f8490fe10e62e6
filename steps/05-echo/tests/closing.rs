//! Closing from our side, on a clock that only moves when everyone waits.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::time::Duration;

use echo::{Clock, CloseCode, CloseFrame, Connection, Endpoint, Limits, Role, Timeouts};
use testkit::Frame;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::Instant;

// ANCHOR: closing
/// Closes a connection whose peer is `peer`, and returns how long that took.
async fn closing_takes<Peer: Future<Output = ()> + Send + 'static>(
    peer: impl FnOnce(DuplexStream) -> Peer,
) -> Duration {
    let (ours, theirs) = duplex(4096);
    let peer = tokio::spawn(peer(theirs));
    let clock = Clock::start(Timeouts::default());
    let endpoint = Endpoint::new(Role::Server, Limits::default(), Vec::new(), None);
    let connection = Connection::new(ours, endpoint, &clock);
    let began = Instant::now();
    let close = CloseFrame { code: CloseCode::NORMAL, reason: "that was all" };
    connection.close(close, Timeouts::default().close).await;
    let took = began.elapsed();
    peer.await.unwrap();
    took
}
// ANCHOR_END: closing

/// RFC 6455 §7.1.1: whoever closes waits for the other's close, and not for anything longer; also
/// when that comes behind a message in one piece.
#[tokio::test(start_paused = true)]
async fn a_close_behind_a_message_ends_the_waiting() {
    let took = closing_takes(|mut peer| async move {
        let mut close = [0; 16];
        peer.read_exact(&mut close).await.unwrap();
        assert_eq!(&close, b"\x88\x0e\x03\xe8that was all");
        let key = [1, 2, 3, 4];
        let last_words = [Frame::text("one more"), Frame::close(1000, "")];
        let last_words = last_words.map(|frame| frame.masked_with(key).bytes()).concat();
        peer.write_all(&last_words).await.unwrap();
        // The server ends the connection first, and only then do we.
        assert_eq!(peer.read(&mut close).await.unwrap(), 0);
    });
    assert_eq!(took.await, Duration::ZERO);
}

// ANCHOR: paused
/// RFC 6455 §7.1.1: one time limit covers the peer's close frame and the end of the connection, so a
/// server that stops can wait for both.
#[tokio::test(start_paused = true)]
async fn a_peer_that_never_answers_has_its_time_once() {
    let took = closing_takes(|peer| async move {
        tokio::time::sleep(Duration::from_mins(10)).await;
        drop(peer);
    });
    assert_eq!(took.await.as_secs(), 5);
}
// ANCHOR_END: paused
