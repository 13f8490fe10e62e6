//! `just step 5a`: messages, on the blocking server of step 4, with a thread for each connection.

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::Duration;

use echo::{Ended, Ending, Endpoint, Limits, Progress, Role};
use handshake::{Opened, Policy, hang_up, serve_opened};
use raw_socket::Segments;
use web::{listen_by_command_line, page, print_line};

/// How long a connection may last.
const TIME: Duration = Duration::from_hours(1);
/// How long a peer that does not read may keep us from writing.
const WRITE_TIME: Duration = Duration::from_secs(10);

fn main() {
    let about = "Step 5a: echoes every message, on the blocking server of step 4.";
    let listener = listen_by_command_line(about, "127.0.0.1:9005");
    let page = page(5, "Echo", include_str!("../page.html"));
    serve_opened(&listener, Policy::default(), page, |stream, peer, opened| {
        print_line(&format!("── {peer} connected"));
        match echo(stream, opened) {
            Ok(ending) => print_line(&format!("── {peer} {}", Ended::from(ending))),
            Err(error) => print_line(&format!("── {peer} is gone: {error}")),
        }
    })
}

// ANCHOR: echo
/// Sends every message back, until the connection ends.
fn echo(mut stream: &TcpStream, opened: Opened) -> io::Result<Ending> {
    stream.set_write_timeout(Some(WRITE_TIME))?;
    let mut endpoint = Endpoint::new(Role::Server, Limits::default(), opened.rest, None);
    let mut segments = Segments::new(stream, TIME, usize::MAX);
    loop {
        let progress = endpoint.advance();
        if progress == Ok(Progress::Message) {
            let (message, outbound) = endpoint.message();
            outbound.message(message);
            continue;
        }
        let pending = endpoint.outbound().pending().len();
        stream.write_all(endpoint.outbound().pending())?;
        endpoint.outbound().written(pending);
        if let Err(ending) = progress {
            hang_up(stream)?;
            return Ok(ending);
        }
        let segment =
            segments.next_segment().map_err(|no_more| io::Error::other(no_more.to_string()))?;
        endpoint.receive(segment);
    }
}
// ANCHOR_END: echo
