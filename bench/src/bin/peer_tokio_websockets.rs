//! An echo server on tokio-websockets, after its own example, with answers in batches.

use std::convert::Infallible;
use std::io;

use bench::peer::{echo_in_batches, serve};
use tokio::task::unconstrained;
use tokio_websockets::{Config, Limits, Message, ServerBuilder};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> io::Result<Infallible> {
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
