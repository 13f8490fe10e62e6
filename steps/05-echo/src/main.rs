//! `just step 5`, which is 5c: echoes every message, for many connections, bounded and fast.

use echo::{Options, Server, runtime};
use tokio::net::TcpListener;
use web::{give_up, listen, page, told_to_stop, wait_until_printed};

/// The system's own allocator takes a third more memory for small aligned objects, and an idle
/// connection consists of those.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let options = Options::from_command_line();
    let outcome = runtime().and_then(|runtime| runtime.block_on(run(options)));
    outcome.unwrap_or_else(|problem| give_up(&problem));
}

/// Serves until it is told to stop.
async fn run(options: Options) -> Result<(), String> {
    let listener = listen(&options.address)?;
    let listener = listener.set_nonblocking(true).and_then(|()| TcpListener::from_std(listener));
    let listener = listener.map_err(|error| format!("cannot listen: {error}"))?;
    let server = Server::new(options, page(5, "Echo", include_str!("page.html")));
    tokio::select! {
        // In this order: we wait for the signal before anybody is served.
        biased;
        () = told_to_stop() => {}
        () = server.serve(&listener) => {}
    }
    server.stop().await;
    wait_until_printed();
    Ok(())
}
