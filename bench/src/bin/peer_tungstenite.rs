//! An echo server on tokio-tungstenite: with answers in batches, or with `each` as the second
//! argument, each answer sent by itself, which is how most programs do it.

use std::convert::Infallible;
use std::io;

use bench::peer::{echo_in_batches, serve};
use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> io::Result<Infallible> {
    let each = std::env::args().nth(2).is_some_and(|word| word == "each");
    serve(move |stream| async move {
        let Ok(mut socket) = accept_async(stream).await else { return };
        let keeps = |message: &Message| message.is_text() || message.is_binary();
        if !each {
            return echo_in_batches(socket, keeps).await;
        }
        while let Some(Ok(message)) = socket.next().await {
            if keeps(&message) && socket.send(message).await.is_err() {
                return;
            }
        }
    })
}
