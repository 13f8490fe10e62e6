//! `just step 1`: shows what a browser sends when a page says `new WebSocket(…)`.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use raw_socket::{Ended, Segments, hex_dump, serve_each, visible};
use web::{listen_by_command_line, page};

/// How long we listen to one connection, in all.
const TIME: Duration = Duration::from_secs(10);
/// How many bytes we take from one connection, in all.
const BYTES: usize = 64 * 1024;
/// The page's own part, with a place for the bytes that asked for it.
const CONTENT: &str = include_str!("page.html");

// ANCHOR: main
fn main() {
    let about = "Step 1: accepts TCP connections and shows the bytes that arrive.";
    let listener = listen_by_command_line(about, "127.0.0.1:9001");
    if let Ok(address) = listener.local_addr() {
        println!("or paste this into the console (F12) of any page that came over http:");
        println!("\n    new WebSocket(\"ws://{address}\")\n");
    }
    serve_each(&listener, show_connection)
}
// ANCHOR_END: main

// ANCHOR: show_connection
/// Prints every piece that arrives, until the connection ends or has had its share.
fn show_connection(stream: &TcpStream, peer: SocketAddr) {
    println!("── {peer} connected");
    let mut segments = Segments::new(stream, TIME, BYTES);
    let mut request = Vec::new();
    loop {
        match segments.next_segment() {
            Ok(segment) => {
                println!("── {peer} sent {} bytes", segment.len());
                println!("{}\n{}", visible(segment), hex_dump(segment));
                request.extend_from_slice(segment);
                // A blank line ends a request, in however many pieces it came.
                if request.ends_with(b"\r\n\r\n") && !asks_for_websocket(&request) {
                    let _ = send_page(stream, &request);
                }
            }
            Err(Ended::OutOfTime) => {
                return println!(
                    "── {peer} ended: unanswered, for its time was up (step 2 answers)"
                );
            }
            Err(ended) => return println!("── {peer} ended: {ended}"),
        }
    }
}
// ANCHOR_END: show_connection

/// Is this what `new WebSocket(…)` sends? A look at the bytes, not yet a parser: that is step 2.
fn asks_for_websocket(request: &[u8]) -> bool {
    String::from_utf8_lossy(request).to_ascii_lowercase().contains("\nupgrade: websocket")
}

/// A visit, rather than a WebSocket: shows the visitor the bytes of their own visit.
fn send_page(mut stream: &TcpStream, request: &[u8]) -> std::io::Result<()> {
    let bytes = hex_dump(request).replace('&', "&amp;").replace('<', "&lt;");
    let page = page(1, "The raw socket", &CONTENT.replace("THE BYTES", &bytes));
    stream.set_write_timeout(Some(TIME))?;
    write!(
        stream,
        "HTTP/1.1 200 OK\r\n\
         Content-Type: text/html; charset=utf-8\r\n\
         Content-Length: {}\r\n\
         Connection: close\r\n\r\n{page}",
        page.len()
    )?;
    stream.shutdown(std::net::Shutdown::Write)
}
