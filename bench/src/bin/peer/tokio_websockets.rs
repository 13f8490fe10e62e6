//! An echo server on tokio-websockets, after its own example, with answers in batches.

use std::convert::Infallible;
use std::io;

use tokio::task::unconstrained;
use tokio_websockets::{Config, Limits, Message, ServerBuilder};

use crate::serve::{echo_in_batches, serve};

pub(crate) fn run() -> io::Result<Infallible> {
    serve(|stream| {
        unconstrained(async {
            let builder = ServerBuilder::new().config(Config::default().frame_size(usize::MAX));
            let accepted = builder.limits(Limits::unlimited()).accept(stream).await;
            let Ok((_, socket)) = accepted else { return };
            echo_in_batches(socket, |message: &Message| message.is_text() || message.is_binary())
                .await;
        })
    })
}
