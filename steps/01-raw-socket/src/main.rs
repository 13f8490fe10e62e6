//! `just step 1`: shows what a browser sends when a page calls `new WebSocket(…)`.

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, SystemTime};

use raw_socket::{EndOfInput, Segments, hex_dump, serve_each, visible};
use web::{encode_response, listen_by_command_line, page, page_response, print_line};

/// How long we read from one connection in total.
const TIME: Duration = Duration::from_secs(10);
/// How many bytes we read from one connection in total.
const BYTES: usize = 64 * 1024;
/// The content of the page, with a place for the bytes of its request.
const CONTENT: &str = include_str!("page.html");

// ANCHOR: main
fn main() {
    let about = "Step 1: accepts TCP connections and shows the bytes that arrive.";
    let listener = listen_by_command_line(about, "127.0.0.1:9001");
    if let Ok(address) = listener.local_addr() {
        print_line("or paste this into the console (F12) of any page that came over http:");
        print_line(&format!("\n    new WebSocket(\"ws://{address}\")\n"));
    }
    serve_each(&listener, show_connection)
}
// ANCHOR_END: main

// ANCHOR: show_connection
/// Prints every piece that arrives, until the connection ends or reaches a limit.
fn show_connection(stream: &TcpStream, peer: SocketAddr) {
    print_line(&format!("── {peer} connected"));
    let mut segments = Segments::new(stream, TIME, BYTES);
    let mut request = Vec::new();
    loop {
        match segments.next_segment() {
            Ok(segment) => {
                print_line(&format!("── {peer} sent {} bytes", segment.len()));
                print_line(&format!("{}\n{}", visible(segment), hex_dump(segment)));
                request.extend_from_slice(segment);
                // A request ends with a blank line, whatever the number of pieces.
                if request.ends_with(b"\r\n\r\n") && !asks_for_websocket(&request) {
                    let _ = send_page(stream, &request);
                }
            }
            Err(EndOfInput::TimeUp) => {
                return print_line(&format!(
                    "── {peer} ended: unanswered, because its time was up (step 2 answers)"
                ));
            }
            Err(ended) => return print_line(&format!("── {peer} ended: {ended}")),
        }
    }
}
// ANCHOR_END: show_connection

/// Does this request ask for a WebSocket? This only searches the bytes. Step 2 parses them.
fn asks_for_websocket(request: &[u8]) -> bool {
    String::from_utf8_lossy(request).to_ascii_lowercase().contains("\nupgrade: websocket")
}

/// Answers an ordinary request with a page that shows the bytes of that request.
fn send_page(mut stream: &TcpStream, request: &[u8]) -> io::Result<()> {
    let bytes = hex_dump(request).replace('&', "&amp;").replace('<', "&lt;");
    let page = page(1, "The raw socket", CONTENT).with("THE BYTES", &bytes);
    let is_head = request.starts_with(b"HEAD ");
    stream.set_write_timeout(Some(TIME))?;
    stream.write_all(&encode_response(&page_response(&page), is_head, SystemTime::now()))?;
    stream.shutdown(Shutdown::Write)
}
