//! A WebSocket server, built stage by stage. `just next` says what to do.

use std::env;
use std::io;
use std::net::TcpListener;

fn main() -> io::Result<()> {
    let address = env::args().nth(1).unwrap_or("127.0.0.1:9100".to_string());
    let listener = TcpListener::bind(address)?;
    println!("listening on http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        // Stage 1 begins here. For now every client is dropped at once.
        drop(stream);
    }
    Ok(())
}
