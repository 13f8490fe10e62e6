//! An echo server on fastwebsockets, one more library that Autobahn's verdicts are recorded for.
//!
//! ```text
//! cargo run -p conformance --example fastwebsockets_echo -- 127.0.0.1:9102
//! ```

use std::error::Error;

use fastwebsockets::{FragmentCollector, OpCode, Role, WebSocket};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tungstenite::handshake::derive_accept_key;

type Outcome<Value> = Result<Value, Box<dyn Error + Send + Sync>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:9102".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        // However a connection ends is for the judge to say.
        tokio::spawn(async { drop(echo(stream).await) });
    }
}

/// Sends back every message until the connection ends.
async fn echo(mut stream: TcpStream) -> Outcome<()> {
    stream.set_nodelay(true)?;
    upgrade(&mut stream).await?;
    let mut socket = FragmentCollector::new(WebSocket::after_handshake(stream, Role::Server));
    loop {
        let frame = socket.read_frame().await?;
        match frame.opcode {
            OpCode::Close => return Ok(()),
            OpCode::Text | OpCode::Binary => socket.write_frame(frame).await?,
            _ => {}
        }
    }
}

/// Answers the opening handshake, which the library leaves to an HTTP library. It validates nothing,
/// because none of Autobahn's cases is about the opening handshake.
async fn upgrade(stream: &mut TcpStream) -> Outcome<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await?);
    }
    let request = String::from_utf8(request)?;
    let fields = request.lines().filter_map(|line| line.split_once(':'));
    let mut keys = fields.filter(|(name, _)| name.eq_ignore_ascii_case("Sec-WebSocket-Key"));
    let (_, key) = keys.next().ok_or("the request has no key")?;
    let accept = derive_accept_key(key.trim().as_bytes());
    let response = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    Ok(stream.write_all(response.as_bytes()).await?)
}
