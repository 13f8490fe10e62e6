//! An echo server on wtx, after its own example.

use std::convert::Infallible;
use std::io;

use tokio::net::TcpStream;
use wtx::collection::Vector;
use wtx::web_socket::compression::{DeflateConfig, Flate2};
use wtx::web_socket::{OpCode, WebSocketAcceptor, WebSocketPayloadOrigin};

use crate::serve::serve;

pub(crate) fn run() -> io::Result<Infallible> {
    serve(|stream| async {
        let _ = echo(stream).await;
    })
}

async fn echo(stream: TcpStream) -> wtx::Result<()> {
    let compression = Flate2::from(DeflateConfig::default());
    let mut socket = WebSocketAcceptor::default().compression(compression).accept(stream).await?;
    let (mut common, mut reader, mut writer) = socket.split_mut();
    let mut buffer = Vector::new();
    loop {
        let origin = WebSocketPayloadOrigin::Adaptive;
        let mut frame = reader.read_frame(&mut buffer, &mut common, origin).await?;
        match frame.op_code() {
            OpCode::Text | OpCode::Binary => writer.write_frame(&mut common, &mut frame).await?,
            OpCode::Close => return Ok(()),
            _ => {}
        }
    }
}
