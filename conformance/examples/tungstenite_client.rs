//! A client on tungstenite that runs every case of a fuzzing server.
//!
//! ```text
//! cargo run -p conformance --example tungstenite_client -- ws://127.0.0.1:9001
//! ```

use std::error::Error;

use tungstenite::{Message, connect};

/// The name that the report shows.
const AGENT: &str = "tungstenite";

fn main() -> Result<(), Box<dyn Error>> {
    let server = std::env::args().nth(1).ok_or("expected the address of a fuzzing server")?;
    let server = server.trim_end_matches('/');
    let (mut socket, _) = connect(format!("{server}/getCaseCount"))?;
    let count: usize = socket.read()?.to_text()?.parse()?;
    for case in 1..=count {
        let ended = echo(&format!("{server}/runCase?case={case}&agent={AGENT}"));
        println!("case {case} of {count}: {ended:?}");
    }
    drop(echo(&format!("{server}/updateReports?agent={AGENT}")));
    Ok(())
}

/// Sends back every message until the connection ends.
fn echo(url: &str) -> Result<(), tungstenite::Error> {
    let (mut socket, _) = connect(url)?;
    loop {
        if let message @ (Message::Text(_) | Message::Binary(_)) = socket.read()? {
            socket.send(message)?;
        }
    }
}
