//! `just step 2`: opens a WebSocket, and prints the bytes that arrive, which are still masked.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, SystemTime};

use clap::Parser;
use handshake::{Opened, Policy, serve_opened};
use http::HeaderValue;
use http::header::SEC_WEBSOCKET_KEY;
use raw_socket::{Segments, hex_dump, visible};
use web::{encode_response, give_up, listen, page, print_line};

/// How long we read from a connection once it is open.
const TIME: Duration = Duration::from_mins(1);
/// How many bytes we read from it.
const BYTES: usize = 64 * 1024;

/// Step 2: answers the opening handshake of a WebSocket.
#[derive(Parser)]
struct Options {
    /// Where to listen; 127.0.0.1:0 picks a free port
    #[arg(value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9002")]
    address: String,
    #[command(flatten)]
    policy: Policy,
}

fn main() {
    let options = Options::parse();
    let page = page(2, "The handshake", include_str!("page.html"));
    let listener = listen(&options.address).unwrap_or_else(|problem| give_up(&problem));
    serve_opened(&listener, options.policy, page, show_connection)
}

/// Prints the request and the answer, and then everything that the client sends.
fn show_connection(stream: &TcpStream, peer: SocketAddr, opened: Opened) -> io::Result<String> {
    let Opened { request, upgrade, rest } = opened;
    let key = request.headers().get(SEC_WEBSOCKET_KEY).map_or(&b""[..], HeaderValue::as_bytes);
    let (target, key) = (request.uri(), visible(key));
    print_line(&format!("── {peer} asks for {target} with the key {key}"));
    print_line(&visible(&encode_response(&upgrade.response(), false, SystemTime::now())));
    if !rest.is_empty() {
        show_masked(peer, &rest);
    }
    let mut segments = Segments::new(stream, TIME, BYTES);
    loop {
        match segments.next_segment() {
            Ok(segment) => show_masked(peer, segment),
            Err(ended) => return Ok(format!("ended: {ended}")),
        }
    }
}

fn show_masked(peer: SocketAddr, bytes: &[u8]) {
    let count = bytes.len();
    print_line(&format!("── {peer} sent {count} bytes, still masked: step 3 will read them"));
    print_line(&hex_dump(bytes));
}
