//! `just step 5a`: messages, on the blocking server of step 4, with a thread for each connection.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use echo::{Endpoint, Limits, Progress, Role};
use handshake::{Opened, Policy, hang_up, serve_opened};
use raw_socket::Segments;
use web::{listen_by_command_line, page, print_line};

// ANCHOR: main
/// How long a connection may last.
const TIME: Duration = Duration::from_hours(1);

fn main() {
    let about = "Step 5a: echoes every message, on the blocking server of step 4.";
    let listener = listen_by_command_line(about, "127.0.0.1:9005");
    let page = page(5, "Echo", include_str!("../page.html"));
    serve_opened(&listener, Policy::default(), page, echo)
}
// ANCHOR_END: main

// ANCHOR: echo
/// Sends every message back until the connection ends. Returns a sentence that says how it ended.
fn echo(mut stream: &TcpStream, peer: SocketAddr, opened: Opened) -> io::Result<String> {
    print_line(&format!("── {peer} connected"));
    let mut endpoint = Endpoint::new(Role::Server, Limits::default(), opened.rest, None);
    let mut segments = Segments::new(stream, TIME, usize::MAX);
    loop {
        let progress = endpoint.advance();
        if progress == Ok(Progress::Message) {
            let (message, outbound) = endpoint.message();
            outbound.message(message);
            continue;
        }
        while !endpoint.outbound().pending().is_empty() {
            let pending = endpoint.outbound().pending();
            let count = pending.len();
            stream.write_all(pending)?;
            endpoint.outbound().written(count);
        }
        if let Err(ending) = progress {
            hang_up(stream)?;
            return Ok(ending.to_string());
        }
        endpoint.receive(segments.next_segment().map_err(io::Error::other)?);
    }
}
// ANCHOR_END: echo
