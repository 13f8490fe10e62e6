//! The client that Autobahn's fuzzing server tests: it runs every case, echoes what it receives, and
//! asks for the report.
//!
//! ```text
//! cargo run --example autobahn_client -- ws://127.0.0.1:9001
//! ```

use std::error::Error;
use std::sync::Arc;

use echo::{Clock, Connection, Limits, Timeouts, connect, echo};
use tokio::net::TcpStream;
use web::print_line;

/// The name that the report shows.
const AGENT: &str = "websocket-step-by-step";

/// A result, or the problem that ends the program.
type Outcome<Value> = Result<Value, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let url = std::env::args().nth(1).ok_or("expected the address of a fuzzing server")?;
    let host = url.strip_prefix("ws://").ok_or("expected an address like ws://127.0.0.1:9001")?;
    let host = host.trim_end_matches('/');
    let clock = Clock::start(Timeouts::default());
    let mut asked = open(&clock, host, "/getCaseCount").await?;
    let (count, _) = asked.recv().await?;
    let count: usize = str::from_utf8(count.payload())?.parse()?;
    // The server closes this connection, and our close frame answers that.
    let Err(ended) = echo(&mut asked).await;
    asked.end(&ended).await;
    for case in 1..=count {
        print_line(&format!("case {case} of {count}"));
        run(&clock, host, &format!("/runCase?case={case}&agent={AGENT}")).await?;
    }
    run(&clock, host, &format!("/updateReports?agent={AGENT}")).await
}

/// Connects, and echoes until the server closes the connection.
async fn run(clock: &Arc<Clock>, host: &str, target: &str) -> Outcome<()> {
    let mut connection = open(clock, host, target).await?;
    // The report says whether it ended as it should.
    let Err(ended) = echo(&mut connection).await;
    connection.end(&ended).await;
    Ok(())
}

async fn open(clock: &Arc<Clock>, host: &str, target: &str) -> Outcome<Connection<TcpStream>> {
    let mut stream = TcpStream::connect(host).await?;
    stream.set_nodelay(true)?;
    let endpoint = connect(&mut stream, host, target, Limits::default()).await?;
    Ok(Connection::new(stream, endpoint, clock))
}
