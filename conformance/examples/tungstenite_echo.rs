//! An echo server on tungstenite, the library that the scorecard has beside the steps.
//!
//! ```text
//! cargo run -p conformance --example tungstenite_echo -- 127.0.0.1:9101
//! ```

use std::{
    error::Error,
    net::{TcpListener, TcpStream},
    thread,
};

use tungstenite::{Message, accept};

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:9101".to_owned());
    let listener = TcpListener::bind(address)?;
    println!("listening on http://{}", listener.local_addr()?);
    for stream in listener.incoming() {
        let stream = stream?;
        // However a connection ends is for the judge to say.
        thread::spawn(move || drop(echo(stream)));
    }
    Ok(())
}

/// Sends back every message until the connection ends.
fn echo(stream: TcpStream) -> Result<(), Box<dyn Error + Send + Sync>> {
    stream.set_nodelay(true)?;
    let mut socket = accept(stream).map_err(|error| error.to_string())?;
    loop {
        if let message @ (Message::Text(_) | Message::Binary(_)) = socket.read()? {
            socket.send(message)?;
        }
    }
}
