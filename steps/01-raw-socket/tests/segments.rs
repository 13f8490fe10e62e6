//! Reading from a peer that may be slow, silent or endless.
#![allow(clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::io::Write;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use raw_socket::{EndOfInput, Segments};
use testkit::PATIENCE;

/// Both ends of one connection: the peer's, then ours.
fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("a listener has an address");
    let peer = TcpStream::connect(address).expect("the listener listens");
    peer.set_nodelay(true).expect("an option of an open connection can be set");
    let (ours, _) = listener.accept().expect("the peer has connected");
    (peer, ours)
}

/// The tutorials take one read for the whole request (fault F1).
#[test]
fn pieces_are_returned_as_they_arrive_until_the_peer_closes() {
    let (mut peer, ours) = connection();
    let mut segments = Segments::new(&ours, PATIENCE, 1024);
    peer.write_all(b"GET /chat HTTP/1.1\r\n").unwrap();
    assert_eq!(segments.next_segment(), Ok(&b"GET /chat HTTP/1.1\r\n"[..]));
    peer.write_all(b"Host: localhost\r\n\r\n").unwrap();
    assert_eq!(segments.next_segment(), Ok(&b"Host: localhost\r\n\r\n"[..]));
    peer.shutdown(Shutdown::Write).unwrap();
    assert_eq!(segments.next_segment(), Err(EndOfInput::Closed));
}

/// A request over 1 KiB, of cookies for example, is cut by `recv(1024)` (fault F1).
#[test]
fn many_bytes_arrive_whole_in_as_many_pieces_as_it_takes() {
    let (mut peer, ours) = connection();
    let sent: Vec<u8> = (0..=255).cycle().take(20_000).collect();
    peer.write_all(&sent).unwrap();
    drop(peer);
    let mut segments = Segments::new(&ours, PATIENCE, 64 * 1024);
    let mut received = Vec::new();
    while let Ok(segment) = segments.next_segment() {
        assert!(!segment.is_empty());
        received.extend_from_slice(segment);
    }
    assert_eq!(received, sent);
}

/// RFC 6455 §10.4: what one peer can make us take has a limit.
#[test]
fn no_byte_over_the_limit_is_taken() {
    let (mut peer, ours) = connection();
    peer.write_all(b"ten bytes!and more").unwrap();
    let mut segments = Segments::new(&ours, PATIENCE, 10);
    assert_eq!(segments.next_segment(), Ok(&b"ten bytes!"[..]));
    assert_eq!(segments.next_segment(), Err(EndOfInput::LimitReached));
    assert_eq!(segments.next_segment(), Err(EndOfInput::LimitReached));
}

#[test]
fn a_silent_peer_is_out_of_time() {
    let (_peer, ours) = connection();
    let mut segments = Segments::new(&ours, Duration::from_millis(20), 1024);
    assert_eq!(segments.next_segment(), Err(EndOfInput::TimeUp));
}

/// RFC 6455 §10.4: a timeout for each read would let a peer stay for ever that drips a byte now
/// and then.
#[test]
fn a_dripping_peer_is_out_of_time_too() {
    let (mut peer, ours) = connection();
    let time = Duration::from_millis(50);
    let began = Instant::now();
    let mut segments = Segments::new(&ours, time, usize::MAX);
    let ended = loop {
        peer.write_all(b".").unwrap();
        if let Err(ended) = segments.next_segment() {
            break ended;
        }
        assert!(began.elapsed() < PATIENCE, "it listens for ever");
    };
    assert_eq!(ended, EndOfInput::TimeUp);
    assert!(began.elapsed() >= time);
}

#[test]
fn a_reset_is_an_end_like_any_other() {
    let (peer, mut ours) = connection();
    ours.write_all(b"unread").unwrap();
    // Closing a connection with unread bytes in it resets it: the peek makes sure of them.
    peer.peek(&mut [0]).unwrap();
    drop(peer);
    let mut segments = Segments::new(&ours, PATIENCE, 1024);
    assert_eq!(segments.next_segment(), Err(EndOfInput::Closed));
}
