//! `just step 5`, which is program 5c: echoes every message, bounded and fast.

use echo::{Options, Server};
use web::{listen, on_tokio, page, run_on_tokio, told_to_stop};

/// The system's own allocator takes a third more memory for small aligned objects, and an idle
/// connection consists of those.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    run_on_tokio(run(Options::from_command_line()));
}

// ANCHOR: run
/// Serves until the program receives the signal to stop. Then it closes all connections.
async fn run(options: Options) -> Result<(), String> {
    let listener = on_tokio(listen(&options.address)?)?;
    let server = Server::new(options, page(5, "Echo", include_str!("page.html")));
    tokio::select! {
        // Polled in this order: the program listens for the signal before it serves a client.
        biased;
        () = told_to_stop() => {}
        () = server.serve(&listener) => {}
    }
    server.stop().await;
    Ok(())
}
// ANCHOR_END: run
