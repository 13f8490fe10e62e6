//! The snippets of the book's primer. They are compiled and run, so that none of them is wrong.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::yield_now;
use tokio::time::sleep;

// ANCHOR: slice
/// Returns the first line, without the line break.
fn first_line(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    &bytes[..end]
}
// ANCHOR_END: slice

// ANCHOR: result
/// Returns the port in an address such as `127.0.0.1:9001`.
fn port_of(address: &str) -> Result<u16, String> {
    let (_, port) = address.rsplit_once(':').ok_or("the address has no port")?;
    let port = port.parse().map_err(|error| format!("no port: {error}"))?;
    Ok(port)
}
// ANCHOR_END: result

// ANCHOR: trait
/// Writes a greeting to a socket, a file, or a `Vec<u8>` in a test.
fn greet(output: &mut impl Write) -> io::Result<()> {
    output.write_all(b"hello\n")
}
// ANCHOR_END: trait

// ANCHOR: threads
/// Greets every client, each in a thread of its own.
fn serve(listener: &TcpListener) {
    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { continue };
        thread::spawn(move || greet(&mut stream));
    }
}
// ANCHOR_END: threads

// ANCHOR: select
/// Returns the next message, or `None` if none has come in time.
async fn next_message(inbox: &mut Receiver<String>, time: Duration) -> Option<String> {
    tokio::select! {
        message = inbox.recv() => message,
        () = sleep(time) => None,
    }
}
// ANCHOR_END: select

/// The seats of a room.
const SEATS: usize = 2;

// ANCHOR: two_steps
/// Takes a seat in the room, if one is free. Wrong: other tasks run during the `.await`.
async fn join_in_two_steps(room: &Mutex<Vec<String>>, name: &str) -> bool {
    let is_full = room.lock().unwrap().len() >= SEATS;
    if is_full {
        return false;
    }
    say_hello_to(name).await;
    room.lock().unwrap().push(name.to_owned());
    true
}
// ANCHOR_END: two_steps

// ANCHOR: one_step
/// Takes a seat in the room, if one is free. The check and the action are one step.
async fn join(room: &Mutex<Vec<String>>, name: &str) -> bool {
    {
        let mut members = room.lock().unwrap();
        if members.len() >= SEATS {
            return false;
        }
        members.push(name.to_owned());
    }
    say_hello_to(name).await;
    true
}
// ANCHOR_END: one_step

/// Does something that takes time.
async fn say_hello_to(_: &str) {
    yield_now().await;
}

#[test]
fn the_first_line_is_a_part_of_the_bytes() {
    assert_eq!(first_line(b"GET / HTTP/1.1\nHost: a\n"), b"GET / HTTP/1.1");
    assert_eq!(first_line(b"no line break"), b"no line break");
}

#[test]
fn a_port_is_read_or_an_error_says_why_not() {
    assert_eq!(port_of("127.0.0.1:9001"), Ok(9001));
    assert_eq!(port_of("localhost"), Err("the address has no port".to_owned()));
    let error = port_of("127.0.0.1:http").unwrap_err();
    assert_eq!(error, "no port: invalid digit found in string");
}

#[test]
fn a_greeting_goes_to_anything_that_takes_bytes() {
    let mut output = Vec::new();
    greet(&mut output).unwrap();
    assert_eq!(output, b"hello\n");
}

/// A client that stays does not keep the next one from its greeting.
#[test]
fn every_client_is_greeted() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || serve(&listener));
    for _ in 0..3 {
        let mut greeting = String::new();
        TcpStream::connect(address).unwrap().read_to_string(&mut greeting).unwrap();
        assert_eq!(greeting, "hello\n");
    }
}

#[tokio::test]
async fn a_message_is_awaited_for_a_limited_time() {
    let (outbox, mut inbox) = channel(1);
    assert_eq!(next_message(&mut inbox, Duration::ZERO).await, None);
    outbox.send("hello".to_owned()).await.unwrap();
    let message = next_message(&mut inbox, Duration::from_secs(20)).await;
    assert_eq!(message.as_deref(), Some("hello"));
}

/// Three people come at the same time, and there are two seats.
#[tokio::test]
async fn without_a_check_and_an_action_in_one_step_the_room_is_overfull() {
    let room = Mutex::new(Vec::new());
    let wrong = join_in_two_steps;
    tokio::join!(wrong(&room, "Ada"), wrong(&room, "Bob"), wrong(&room, "Cleo"));
    assert_eq!(room.lock().unwrap().len(), 3);

    let room = Mutex::new(Vec::new());
    tokio::join!(join(&room, "Ada"), join(&room, "Bob"), join(&room, "Cleo"));
    assert_eq!(*room.lock().unwrap(), ["Ada", "Bob"]);
}

#[test]
fn bytes_are_numbers() {
    // ANCHOR: bytes
    // One byte, written in three ways. Hexadecimal has two digits for each byte.
    assert_eq!(0x81, 129);
    assert_eq!(0x81, 0b1000_0001);
    // `>>` shifts bits to the right, and `&` keeps those bits that are 1 on both sides.
    assert_eq!(0x81 >> 7, 1);
    assert_eq!(0x81 & 0b0000_1111, 1);
    // Two bytes as one number. Big endian: the more significant byte comes first.
    assert_eq!(u16::from_be_bytes([0x01, 0x2c]), 300);
    // XOR keeps the bits in which two bytes differ. Done twice, it gives the first byte back.
    assert_eq!(b'h', 0x68);
    assert_eq!(0x68 ^ 0x37, 0x5f);
    assert_eq!(0x5f ^ 0x37, 0x68);
    // ANCHOR_END: bytes
}
