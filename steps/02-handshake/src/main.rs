//! `just step 2`: opens a WebSocket, and prints what comes through it, still masked.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use clap::Parser;
use handshake::{Opened, Policy, encode_response, serve_opened};
use http::header::SEC_WEBSOCKET_KEY;
use raw_socket::{Ended, Segments, give_up, hex_dump, listen, page, visible};

/// How long we listen to a connection once it is open.
const TIME: Duration = Duration::from_mins(1);
/// How many bytes we take from it.
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
    serve_opened(&listener, options.policy, page, |stream, peer, opened| {
        show_connection(stream, peer, &opened);
    })
}

/// Shows how the two sides agreed, and then whatever the client sends.
fn show_connection(stream: &TcpStream, peer: SocketAddr, opened: &Opened) {
    let key = opened.request.headers().get(SEC_WEBSOCKET_KEY).map(http::HeaderValue::as_bytes);
    println!(
        "── {peer} asks for {} with the key {}",
        opened.request.uri(),
        visible(key.unwrap_or_default())
    );
    println!("{}", visible(&encode_response(&opened.upgrade.response())));
    if !opened.rest.is_empty() {
        show_masked(peer, &opened.rest);
    }
    let mut segments = Segments::new(stream, TIME, BYTES);
    let ended = loop {
        match segments.next_segment() {
            Ok(segment) => show_masked(peer, segment),
            Err(ended) => break ended,
        }
    };
    println!(
        "── {peer} {}",
        match ended {
            Ended::ByPeer => "closed the connection",
            Ended::OutOfTime => "has had its minute: closed",
            Ended::TooMuch => "has sent 64 KiB: closed, that is all we take",
        }
    );
}

fn show_masked(peer: SocketAddr, bytes: &[u8]) {
    println!("── {peer} sent {} bytes, still masked: step 3 will read them", bytes.len());
    println!("{}", hex_dump(bytes));
}
