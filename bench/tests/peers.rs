//! Every peer that this package builds echoes correctly, and the load notices a peer that does not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;

use bench::load::run;
use bench::load::script::Kind;
use bench::load::task::{Echo, Fanout, Handshakes, Idle, Plan, Task};
use bench::peers::{ECHO, FANOUT, Peer, Programs};

/// Long enough for a few messages.
const SECONDS: f64 = 0.02;

/// The peers in this package. Steps 5 and 6 have tests of their own.
fn programs() -> Programs {
    Programs([("peer".to_owned(), env!("CARGO_BIN_EXE_peer").into())].into())
}

/// Starts those of `peers` that have been built, and puts each under load.
fn each(peers: &[Peer], is_compressed: bool, plan: Plan) {
    let programs = programs();
    let mut count = 0;
    for peer in programs.there(peers) {
        if is_compressed && !peer.compresses {
            continue;
        }
        let server = programs.start(&peer).unwrap();
        let path = peer.path(is_compressed).to_owned();
        let address = server.address();
        let figure =
            run(&Task { address, path, is_websocket: peer.is_websocket, streams: None, plan });
        assert!(figure.clone().is_ok_and(|figure| figure > 0.0), "{}: {figure:?}", peer.name);
        count += 1;
    }
    assert!(count >= 2, "only {count} peers were there");
}

fn echo(kind: Kind, payload: usize, window: usize) -> Plan {
    Plan::Echo(Echo { kind, payload, window, connections: 2, seconds: SECONDS })
}

#[test]
fn every_peer_says_back_bytes_of_any_length() {
    for (payload, window) in [(0, 1), (20, 200), (126, 3), (70_000, 3)] {
        each(&ECHO, false, echo(Kind::Binary, payload, window));
    }
}

#[test]
fn every_peer_says_back_texts() {
    each(&ECHO, false, echo(Kind::Text, 1024, 3));
}

#[test]
fn every_peer_that_compresses_says_back_json() {
    each(&ECHO, true, echo(Kind::CompressedJson, 1024, 3));
}

#[test]
fn every_peer_keeps_connections_open_and_opens_new_ones() {
    each(&ECHO, false, Plan::Idle(Idle { connections: 5, is_compressed: false }));
    each(&ECHO, true, Plan::Idle(Idle { connections: 5, is_compressed: true }));
    let websockets: Vec<Peer> = ECHO.into_iter().filter(|peer| peer.is_websocket).collect();
    each(&websockets, false, Plan::Handshakes(Handshakes { at_once: 3, seconds: SECONDS }));
}

#[test]
fn every_room_hands_on_to_all_what_one_says() {
    let plan = Fanout { receivers: 5, window: 3, is_greeted: false, seconds: SECONDS };
    each(&FANOUT, false, Plan::Fanout(plan));
}

/// A server without WebSocket that changes what it returns.
fn dishonest(change: impl Fn(&mut Vec<u8>) + Send + Sync + Clone + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, change) = (stream.unwrap(), change.clone());
            thread::spawn(move || {
                let mut buffer = [0; 4096];
                while let Ok(count @ 1..) = stream.read(&mut buffer) {
                    let mut answer = buffer[..count].to_vec();
                    change(&mut answer);
                    if stream.write_all(&answer).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

fn against(address: SocketAddr) -> Result<f64, String> {
    let plan =
        Echo { kind: Kind::Binary, payload: 20, window: 1, connections: 1, seconds: SECONDS };
    let plan = Plan::Echo(plan);
    run(&Task { address, path: "/".to_owned(), is_websocket: false, streams: None, plan })
}

#[test]
fn a_byte_that_is_wrong_is_found_and_named() {
    assert!(against(dishonest(|_| {})).is_ok());
    let problem = against(dishonest(|answer| answer[10] ^= 1)).unwrap_err();
    assert!(problem.starts_with("a wrong answer: byte 10 of 26 in message 0 is"), "{problem}");
}

#[test]
fn a_byte_too_many_is_found() {
    let problem = against(dishonest(|answer| answer.push(0))).unwrap_err();
    assert!(problem.contains("more came back than were due"), "{problem}");
}

#[test]
fn a_server_that_hangs_up_is_told_of() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || drop(listener.accept()));
    let problem = against(address).unwrap_err();
    assert!(problem.contains("closed a connection") || problem.contains("broken"), "{problem}");
}

/// A room must deliver exactly what was sent; anything else is a failure.
#[test]
fn a_room_that_changes_a_message_is_found_out() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut receiver, _) = listener.accept().unwrap();
        let (mut speaker, _) = listener.accept().unwrap();
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = speaker.read(&mut buffer) {
            buffer[20] ^= 1;
            if receiver.write_all(&buffer[..count]).is_err() {
                return;
            }
        }
    });
    let plan =
        Plan::Fanout(Fanout { receivers: 1, window: 3, is_greeted: false, seconds: SECONDS });
    let task = Task { address, path: "/".to_owned(), is_websocket: false, streams: None, plan };
    let problem = run(&task).unwrap_err();
    assert!(problem.starts_with("a wrong message"), "{problem}");
}
