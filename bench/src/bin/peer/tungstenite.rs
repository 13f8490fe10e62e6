//! An echo server on tokio-tungstenite. It answers in batches; with an argument, it sends each
//! answer by itself, as most programs do.

use std::convert::Infallible;
use std::io;

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message;

use crate::serve::{echo_in_batches, serve};

pub(crate) fn run(each: bool) -> io::Result<Infallible> {
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
