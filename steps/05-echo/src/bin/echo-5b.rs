//! `just step 5b`: many connections, each a task of its own, in plain `async`.

use std::io;
use std::time::Duration;

use echo::{Ending, Endpoint, Opening, Progress};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, sink};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use web::{REST_AFTER_ERROR, give_up, listen_by_command_line, on_tokio, page, print_line};

// ANCHOR: main
/// How long a client may take for its request, and how long we wait for the next bytes.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
const IDLE_TIME: Duration = Duration::from_mins(1);
/// How long a peer may take to end its side of the connection.
const CLOSE_TIME: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() {
    let about = "Step 5b: echoes every message, for many connections, in plain async.";
    let listener = on_tokio(listen_by_command_line(about, "127.0.0.1:9005"));
    let listener = listener.unwrap_or_else(|problem| give_up(&problem));
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(stream))),
            Err(_) => sleep(REST_AFTER_ERROR).await,
        }
    }
}
// ANCHOR_END: main

// ANCHOR: serve
/// Serves one connection, from the opening handshake to the end.
async fn serve(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let page = page(5, "Echo", include_str!("../page.html"));
    let opened = Opening::default().accept(&mut stream, HANDSHAKE_TIME, &page, None).await?;
    let (_, mut endpoint) = match opened {
        Ok(opened) => opened,
        Err(refusal) => {
            print_line(&format!("── a client {}", refusal.outcome()));
            return Ok(());
        }
    };
    echo(&mut stream, &mut endpoint).await?;
    stream.shutdown().await?;
    timeout(CLOSE_TIME, copy(&mut stream, &mut sink())).await??;
    Ok(())
}
// ANCHOR_END: serve

// ANCHOR: echo
/// Sends every message back until the connection ends. Returns how it ended.
async fn echo(stream: &mut TcpStream, endpoint: &mut Endpoint) -> io::Result<Ending> {
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
            stream.write_all(pending).await?;
            endpoint.outbound().written(count);
        }
        if let Err(ending) = progress {
            return Ok(ending);
        }
        let mut buffer = endpoint.buffer();
        if timeout(IDLE_TIME, stream.read_buf(&mut buffer)).await?? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}
// ANCHOR_END: echo
