//! `just step 6`: chat rooms, a vote, and a page that compares three ways to carry the same votes.

use chat::{App, Options, acceptor, router, serve_tls};
use tracing::level_filters::LevelFilter;
use web::server::{listen, log_to_standard_error, serve};
use web::{run_on_tokio, told_to_stop};

/// See step 5.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let options = Options::from_command_line();
    let level = match options.verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    log_to_standard_error(level);
    run_on_tokio(run(&options));
}

/// Serves until the signal to stop.
async fn run(options: &Options) -> Result<(), String> {
    let tls = match (&options.cert, &options.key) {
        (Some(cert), Some(key)) => Some(acceptor(cert, key)?),
        _ => None,
    };
    // Everything that can be wrong with the options is found before anybody can connect.
    let app = App::new(options)?;
    let listener = listen(&options.address)?;
    let (router, limits, counts) =
        (router(app.clone(), 6), options.http_limits(), app.http_counts.clone());
    match tls {
        None => serve(listener, router, limits, counts, told_to_stop()).await,
        Some(tls) => serve_tls(listener, tls, router, limits, counts, told_to_stop()).await,
    }
    app.stop().await;
    Ok(())
}
