//! `just step 5`: says back what is said to it, to as many as like.

use std::num::NonZero;
use std::thread::available_parallelism;

use clap::Parser;
use echo::{Options, Server};
use raw_socket::{give_up, listen, page};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// The system's own allocator spends a third more on small things that must be aligned, which is
/// what an idle connection consists of.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let options = Options::parse();
    let outcome = runtime().and_then(|runtime| runtime.block_on(run(options)));
    outcome.unwrap_or_else(|problem| give_up(&problem));
}

/// A thread for each core, or as many as `TOKIO_WORKER_THREADS` says.
///
/// A single thread gets the runtime that is made for one: with nobody to share them with, file
/// descriptors and tasks need no locks, in the kernel neither.
fn runtime() -> Result<Runtime, String> {
    let wanted = std::env::var("TOKIO_WORKER_THREADS").ok().and_then(|count| count.parse().ok());
    let threads = wanted.or_else(|| available_parallelism().ok()).map_or(1, NonZero::get);
    let mut builder = match threads {
        1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    let runtime = builder.worker_threads(threads).enable_all().build();
    runtime.map_err(|error| format!("cannot start: {error}"))
}

/// Serves until it is told to stop.
async fn run(options: Options) -> Result<(), String> {
    let listener = listen(&options.address)?;
    let listener = listener.set_nonblocking(true).and_then(|()| TcpListener::from_std(listener));
    let listener = listener.map_err(|error| format!("cannot listen: {error}"))?;
    let server = Server::new(options, page(5, "Echo", include_str!("page.html")));
    tokio::select! {
        () = server.serve(&listener) => {}
        () = told_to_stop() => {}
    }
    server.stop().await;
    Ok(())
}

/// Waits for ctrl-C, or where there is such a thing, for the signal to terminate.
async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
