//! An echo server on fastwebsockets, after its own example.

use std::convert::Infallible;
use std::io;

use fastwebsockets::upgrade::{UpgradeFut, upgrade};
use fastwebsockets::{FragmentCollector, OpCode, WebSocketError};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;

use crate::serve::serve;

pub(crate) fn run() -> io::Result<Infallible> {
    serve(|stream| async {
        let service = service_fn(|mut request| async move {
            let (response, upgraded) = upgrade(&mut request)?;
            tokio::task::spawn_local(tokio::task::unconstrained(async {
                let _ = echo(upgraded).await;
            }));
            Ok::<_, WebSocketError>(response)
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        let _ = connection.with_upgrades().await;
    })
}

async fn echo(upgraded: UpgradeFut) -> Result<(), WebSocketError> {
    let mut socket = FragmentCollector::new(upgraded.await?);
    loop {
        let frame = socket.read_frame().await?;
        match frame.opcode {
            OpCode::Close => return Ok(()),
            OpCode::Text | OpCode::Binary => socket.write_frame(frame).await?,
            _ => {}
        }
    }
}
