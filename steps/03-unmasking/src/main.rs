//! `just step 3`: unmasks what a page sends, and prints it.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use handshake::{Opened, Policy, serve_opened};
use raw_socket::{Segments, hex_dump, visible};
use unmasking::{MaskedPayload, PayloadError, mask};
use web::{listen_by_command_line, page};

/// How long we listen to a connection once it is open.
const TIME: Duration = Duration::from_mins(10);
/// How many bytes we take from it, and so also the most that a frame can have.
const BYTES: usize = 1024 * 1024;

fn main() {
    let about = "Step 3: unmasks what a page sends, and prints it.";
    let listener = listen_by_command_line(about, "127.0.0.1:9003");
    let page = page(3, "Unmasking", include_str!("page.html"));
    serve_opened(&listener, Policy::default(), page, show_connection)
}

// ANCHOR: show_connection
/// Prints every payload that the client sends, until something is wrong or nothing comes.
fn show_connection(stream: &TcpStream, peer: SocketAddr, opened: Opened) {
    println!("── {peer} connected");
    let mut segments = Segments::new(stream, TIME, BYTES);
    // What has arrived and is not yet used up: TCP cuts where it likes, so a piece may hold half a
    // frame, or three.
    let mut received = opened.rest;
    loop {
        match show_frame(peer, &mut received) {
            Ok(true) => {}
            Ok(false) => match segments.next_segment() {
                Ok(segment) => received.extend_from_slice(segment),
                Err(ended) => return println!("── {peer} ended: {ended}"),
            },
            Err(error) => return println!("── {peer} is dropped: {error}"),
        }
    }
}
// ANCHOR_END: show_connection

// ANCHOR: show_frame
/// Takes one frame from the front of `received` and prints it, if it is there whole.
fn show_frame(peer: SocketAddr, received: &mut Vec<u8>) -> Result<bool, PayloadError> {
    let Some(payload) = MaskedPayload::find(received)? else { return Ok(false) };
    let end = (payload.start as u64).saturating_add(payload.length);
    let Some(end) = usize::try_from(end).ok().filter(|&end| end <= received.len()) else {
        return Ok(false);
    };
    let mut frame: Vec<u8> = received.drain(..end).collect();
    println!("── {peer} sent a frame of {end} bytes\n{}", hex_dump(&frame));
    let key = payload.key;
    mask(&mut frame[payload.start..], key, 0);
    println!("   length {}, masking key {key:02x?}, and the payload unmasked:", payload.length);
    println!("   {}\n", visible(&frame[payload.start..]));
    Ok(true)
}
// ANCHOR_END: show_frame
