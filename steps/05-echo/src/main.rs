//! `just step 5`: says back what is said to it, to as many as like.

use echo::{Options, Server, runtime};
use tokio::net::TcpListener;
use web::{give_up, listen, page, told_to_stop};

/// The system's own allocator spends a third more on small things that must be aligned, which is
/// what an idle connection consists of.
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
        // In this order: we listen for the end before anybody is served.
        biased;
        () = told_to_stop() => {}
        () = server.serve(&listener) => {}
    }
    server.stop().await;
    Ok(())
}
