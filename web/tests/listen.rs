//! The listening socket.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::net::TcpStream;
use std::time::Duration;

use web::listen;

/// The standard library's queue holds 128 connections. On a connection that finds it full, a client
/// waits a second or more.
#[test]
fn hundreds_of_connections_may_wait_to_be_accepted() {
    let listener = listen("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("a listener has an address");
    let patience = Duration::from_secs(10);
    let connect = |_| TcpStream::connect_timeout(&address, patience).expect("the queue has room");
    // Nobody accepts them.
    let waiting: Vec<TcpStream> = (0..500).map(connect).collect();
    assert_eq!(waiting.len(), 500);
}

/// A port can be used again at once, although connections to it are still being closed.
#[test]
fn a_server_can_be_started_again_at_once() {
    let listener = listen("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("a listener has an address");
    let client = TcpStream::connect(address).expect("the listener listens");
    let (accepted, _) = listener.accept().expect("a client waits");
    // The side that closes first keeps the connection for a while.
    drop((accepted, listener));
    drop(client);
    listen(&address.to_string()).expect("the port is free again");
}
