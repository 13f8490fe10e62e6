//! `just step 5`, which is 5c: echoes every message, for many connections, bounded and fast.

use echo::{Options, Server};
use web::{listen, on_tokio, page, run_on_tokio, told_to_stop};

/// The system's own allocator takes a third more memory for small aligned objects, and an idle
/// connection consists of those.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    run_on_tokio(run(Options::from_command_line()));
}

/// Serves until it is told to stop.
async fn run(options: Options) -> Result<(), String> {
    let listener = on_tokio(listen(&options.address)?)?;
    let server = Server::new(options, page(5, "Echo", include_str!("page.html")));
    tokio::select! {
        // In this order: we wait for the signal before anybody is served.
        biased;
        () = told_to_stop() => {}
        () = server.serve(&listener) => {}
    }
    server.stop().await;
    Ok(())
}
