//! `just step 6`: rooms to talk in, a vote, and three ways to carry the same news side by side.

use std::net::TcpListener;
use std::process::ExitCode;

use chat::{App, Options, acceptor, router, serve_tls};
use clap::Parser;
use echo::runtime;
use polling::{serve, told_to_stop};
use raw_socket::listen;
use tracing::level_filters::LevelFilter;

/// See step 5.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let options = Options::parse();
    let level = match options.verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).init();
    let outcome = runtime().and_then(|runtime| runtime.block_on(run(&options)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until it is told to stop.
async fn run(options: &Options) -> Result<(), String> {
    let tls = match (&options.cert, &options.key) {
        (Some(cert), Some(key)) => Some(acceptor(cert, key)?),
        _ => None,
    };
    let listener = into_tokio(listen(&options.address)?)?;
    let app = App::new(options)?;
    let router = router(app.clone());
    match tls {
        None => serve(listener, router, options.http_limits(), told_to_stop()).await,
        Some(tls) => tokio::select! {
            () = serve_tls(listener, tls, router, options.http_limits()) => {}
            () = told_to_stop() => {}
        },
    }
    app.stop().await;
    Ok(())
}

/// The listener of step 1, for tokio.
fn into_tokio(listener: TcpListener) -> Result<tokio::net::TcpListener, String> {
    let listener = listener.set_nonblocking(true).and_then(|()| listener.try_into());
    listener.map_err(|error| format!("cannot listen: {error}"))
}
