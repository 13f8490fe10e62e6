//! One thread a connection, and no connection that can stop the loop.
#![allow(clippy::expect_used, reason = "a test that cannot go on ends here")]

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Instant;

use raw_socket::{CONNECTIONS_MAX, serve_each};
use testkit::{PATIENCE, Wire};

/// A loop that runs `serve` in this process, and its address.
fn serves(serve: impl Fn(&TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("a listener has an address");
    thread::spawn(move || serve_each(&listener, move |stream, _| serve(stream)));
    address
}

/// Greets, and stays until the client has gone.
fn greets(mut stream: &TcpStream) {
    let _ = stream.write_all(b"welcome");
    let _ = io::copy(&mut stream, &mut io::sink());
}

/// A client's error raises in the tutorials' only loop, and stops the server (fault F15).
#[test]
fn a_panic_ends_its_own_connection_and_no_other() {
    let server = serves(|stream| {
        greets(stream);
        panic!("on purpose: this connection's bytes are not to my liking");
    });
    let mut before = Wire::connect(server);
    before.expects(b"welcome");
    Wire::connect(server).expects(b"welcome").half_closes().expects_end();
    Wire::connect(server).expects(b"welcome");
    before.half_closes().expects_end();
}

/// RFC 6455 §10.4: whoever opens connections does not decide how many threads we start.
#[test]
fn one_connection_too_many_is_closed_and_the_others_stay() {
    let server = serves(greets);
    let arrives = |_| {
        let mut guest = Wire::connect(server);
        guest.expects(b"welcome");
        guest
    };
    let mut guests: Vec<Wire> = (0..CONNECTIONS_MAX).map(arrives).collect();
    Wire::connect(server).expects_end();
    guests[0].half_closes().expects_end();
    // A thread ends a moment after its connection does.
    let began = Instant::now();
    while !is_welcome(server) {
        assert!(began.elapsed() < PATIENCE, "the place of a guest who left is lost");
    }
    guests[CONNECTIONS_MAX - 1].half_closes().expects_end();
}

fn is_welcome(server: SocketAddr) -> bool {
    let mut greeting = Vec::new();
    let mut stream = TcpStream::connect_timeout(&server, PATIENCE).expect("the loop accepts");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout over zero can be set");
    let _ = stream.shutdown(Shutdown::Write);
    let read = stream.read_to_end(&mut greeting);
    read.is_ok() && greeting == b"welcome"
}
