//! `just step 3`: unmasks the frames that a page sends, and prints them.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use handshake::{Opened, Policy, serve_opened};
use raw_socket::{Segments, hex_dump, visible};
use unmasking::{MaskedPayload, PayloadError, mask};
use web::{listen_by_command_line, page, print_line};

/// How long the server reads from a connection after the opening handshake.
const TIME: Duration = Duration::from_mins(10);
/// How many bytes it reads from a connection. This is also the limit for a frame.
const BYTES: usize = 1024 * 1024;

fn main() {
    let about = "Step 3: unmasks the frames that a page sends, and prints them.";
    let listener = listen_by_command_line(about, "127.0.0.1:9003");
    let page = page(3, "Unmasking", include_str!("page.html"));
    serve_opened(&listener, Policy::default(), page, show_connection)
}

// ANCHOR: show_connection
/// Prints each payload that the client sends, until a frame is wrong or the connection ends.
///
/// Returns a sentence for the terminal about how it ended.
fn show_connection(stream: &TcpStream, peer: SocketAddr, opened: Opened) -> io::Result<String> {
    print_line(&format!("── {peer} connected"));
    let mut segments = Segments::new(stream, TIME, BYTES);
    // The bytes that have arrived and belong to no frame yet. TCP does not know frames: one read may
    // return half a frame, or three frames.
    let mut received = opened.rest;
    loop {
        match show_frame(peer, &mut received) {
            Ok(true) => {}
            Ok(false) => match segments.next_segment() {
                Ok(segment) => received.extend_from_slice(segment),
                Err(ended) => return Ok(format!("ended: {ended}")),
            },
            Err(error) => return Ok(format!("is dropped: {error}")),
        }
    }
}
// ANCHOR_END: show_connection

// ANCHOR: show_frame
/// Removes one frame from the front of `received` and prints it.
///
/// Returns `Ok(false)` if the frame has not arrived completely.
fn show_frame(peer: SocketAddr, received: &mut Vec<u8>) -> Result<bool, PayloadError> {
    let Some(payload) = MaskedPayload::find(received)? else { return Ok(false) };
    let end = (payload.start as u64).saturating_add(payload.length);
    let Some(end) = usize::try_from(end).ok().filter(|&end| end <= received.len()) else {
        return Ok(false);
    };
    let mut frame: Vec<u8> = received.drain(..end).collect();
    print_line(&format!("── {peer} sent a frame of {end} bytes\n{}", hex_dump(&frame)));
    let key = payload.key;
    mask(&mut frame[payload.start..], key, 0);
    let length = payload.length;
    print_line(&format!("   length {length}, masking key {key:02x?}, and the payload unmasked:"));
    print_line(&format!("   {}\n", visible(&frame[payload.start..])));
    Ok(true)
}
// ANCHOR_END: show_frame
