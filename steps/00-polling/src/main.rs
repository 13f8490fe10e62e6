//! `just step 0`: a vote and a chat, as they were made before there was WebSocket.

use std::io::{IsTerminal, Write, stdout};
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use clap::Parser;
use polling::{Options, front_page, listen, not_found, routes, serve};
use web::{give_up, told_to_stop};

/// How long a request is held that has no news yet.
const HOLD: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() {
    run(&Options::parse()).await.unwrap_or_else(|problem| give_up(&problem));
}

/// Serves until it is told to stop.
async fn run(options: &Options) -> Result<(), String> {
    let log = options.log()?;
    let mut router = front_page().merge(routes(log, HOLD)).fallback(not_found);
    // Nobody has to read a pipe, and a full one would stop us.
    if options.verbose || stdout().is_terminal() {
        router = router.layer(from_fn(tell));
    }
    let listener = listen(&options.address)?;
    serve(listener, router, options.limits(), told_to_stop()).await;
    Ok(())
}

/// Prints what was asked, how it was answered, and after how long.
async fn tell(request: Request, next: Next) -> Response {
    let asked = format!("{} {}", request.method(), request.uri());
    let began = Instant::now();
    let response = next.run(request).await;
    let (status, time) = (response.status().as_u16(), began.elapsed().as_millis());
    let _ = writeln!(stdout(), "── {asked}: {status} after {time} ms");
    response
}
