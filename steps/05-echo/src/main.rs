//! `just step 5`: says back what is said to it, to as many as like.

use std::net::TcpListener;
use std::process::ExitCode;

use clap::Parser;
use echo::{Options, Server, runtime};
use raw_socket::{listen, page};

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
