//! `just step 5`: says back what is said to it, to as many as like.

use std::net::TcpListener;
use std::num::NonZero;
use std::process::ExitCode;
use std::thread::available_parallelism;

use clap::Parser;
use echo::{Options, Server};
use raw_socket::{listen, page};
use tokio::runtime::{Builder, Runtime};

/// The system's own allocator spends a third more on small things that must be aligned, which is
/// what an idle connection consists of.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let options = Options::parse();
    let outcome = runtime().and_then(|runtime| runtime.block_on(run(options)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
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
    let listener = into_tokio(listen(&options.address)?)?;
    let server = Server::new(options, page(5, "Echo", include_str!("page.html")));
    tokio::select! {
        () = server.serve(&listener) => {}
        () = told_to_stop() => {}
    }
    server.stop().await;
    Ok(())
}

/// The listener of step 1, for tokio.
fn into_tokio(listener: TcpListener) -> Result<tokio::net::TcpListener, String> {
    let listener = listener.set_nonblocking(true).and_then(|()| listener.try_into());
    listener.map_err(|error| format!("cannot listen: {error}"))
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
