//! The times at which an idle peer gets a ping and is dropped. The clock is tokio's paused one, which
//! only moves when all tasks wait.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

use std::time::Duration;

use echo::{Clock, Connection, Ended, Endpoint, Limits, Role, Timeouts};
use testkit::Frame;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufWriter, duplex};
use tokio::time::{Instant, sleep};

/// RFC 6455 §5.5.2: the times begin with the connection, and not with the clock. A peer is never
/// dropped before its idle time is over, and at most one ping interval afterwards.
#[tokio::test(start_paused = true)]
async fn no_peer_is_pinged_or_dropped_before_its_time() {
    let (second, two) = (Duration::from_secs(1), Duration::from_secs(2));
    let clock = Clock::start(Timeouts { ping: second, idle: two, ..Timeouts::default() });
    for wait in [0, 30, 100, 130, 500, 700, 960, 1010, 3500] {
        sleep(Duration::from_millis(wait)).await;
        let began = Instant::now();
        let (ours, mut theirs) = duplex(4096);
        let endpoint = Endpoint::new(Role::Server, Limits::default(), Vec::new(), None);
        let mut connection = Connection::new(ours, endpoint, &clock);
        let server = tokio::spawn(async move {
            let ended = connection.recv().await.err().unwrap();
            (ended, began.elapsed(), connection)
        });
        let mut ping = [0; 2];
        theirs.read_exact(&mut ping).await.unwrap();
        assert_eq!(ping, [0x89, 0]);
        let pinged = began.elapsed();
        assert!((second..=two).contains(&pinged), "a ping after {pinged:?}, {wait} ms later");
        let (ended, dropped, _connection) = server.await.unwrap();
        assert!(matches!(ended, Ended::Idle), "{ended}");
        assert!(
            (two..=3 * second).contains(&dropped),
            "dropped after {dropped:?}, {wait} ms later"
        );
    }
}

/// TLS takes bytes before it can write them. A peer that does not read them is dropped like any other.
#[tokio::test(start_paused = true)]
async fn a_peer_that_reads_nothing_is_dropped_also_if_the_stream_has_taken_the_bytes() {
    let (second, two) = (Duration::from_secs(1), Duration::from_secs(2));
    let clock = Clock::start(Timeouts { ping: second, idle: two, ..Timeouts::default() });
    let (ours, mut theirs) = duplex(64);
    let endpoint = Endpoint::new(Role::Server, Limits::default(), Vec::new(), None);
    // It takes some kilobytes, as TLS does, and can write 64 bytes of them.
    let mut connection = Connection::new(BufWriter::new(ours), endpoint, &clock);
    let message = Frame::text("x".repeat(100)).masked_with([1, 2, 3, 4]).bytes();
    let sends = async {
        theirs.write_all(&message).await.unwrap();
        sleep(Duration::from_mins(10)).await;
    };
    let began = Instant::now();
    let serves = async {
        let (message, mut outgoing) = connection.recv().await.unwrap();
        outgoing.send(message).unwrap();
        connection.recv().await.err().unwrap()
    };
    tokio::select! {
        () = sends => panic!("the connection is still open"),
        ended = serves => assert!(matches!(ended, Ended::Idle), "{ended}"),
    }
    assert!(began.elapsed() <= 3 * second, "{:?}", began.elapsed());
}
