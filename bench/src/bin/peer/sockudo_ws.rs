//! An echo server on sockudo-ws, after its own examples, with answers in batches.

use std::convert::Infallible;
use std::io;

use bytes::BytesMut;
use sockudo_ws::deflate::{DeflateConfig, DeflateNegotiation, negotiate_server_deflate};
use sockudo_ws::handshake::{build_response, generate_accept_key, parse_request};
use sockudo_ws::{CompressedWebSocketStream, Config, Error, Message, WebSocketStream, init_clock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::serve::{echo_in_batches, serve};

pub(crate) fn run() -> io::Result<Infallible> {
    init_clock();
    serve(|mut stream| async {
        let keeps = |message: &Message| matches!(message, Message::Text(_) | Message::Binary(_));
        match open(&mut stream).await {
            Ok(None) => {
                let socket = WebSocketStream::server(stream, Config::default());
                echo_in_batches(socket, keeps).await;
            }
            Ok(Some(agreed)) => {
                let socket = CompressedWebSocketStream::server(stream, Config::default(), agreed);
                echo_in_batches(socket, keeps).await;
            }
            Err(_) => {}
        }
    })
}

/// Performs the opening handshake, and returns what was agreed about compression.
async fn open(stream: &mut TcpStream) -> sockudo_ws::Result<Option<DeflateConfig>> {
    let mut bytes = BytesMut::with_capacity(4096);
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(Error::ConnectionClosed);
        }
        if let Some((request, _)) = parse_request(&bytes)? {
            let agreed = request
                .extensions
                .and_then(|offers| negotiate_server_deflate(offers, &DeflateConfig::default()));
            let answer = agreed.as_ref().map(DeflateNegotiation::to_response_header);
            let key = generate_accept_key(request.key);
            stream.write_all(&build_response(&key, None, answer.as_deref())).await?;
            return Ok(agreed.map(|agreed| agreed.config));
        }
    }
}
