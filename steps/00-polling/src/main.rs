//! `just step 0`: a vote and a chat, as they were made before WebSocket existed.

use std::io::{IsTerminal, stdout};
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use polling::{Options, site};
use tracing::level_filters::LevelFilter;
use web::server::{HttpCounts, guarded, listen, log_to_standard_error, serve};
use web::{give_up, parse_command_line, print_line, told_to_stop, wait_until_printed};

/// How long a poll is held that has no news yet.
const HOLD_TIME: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() {
    log_to_standard_error(LevelFilter::WARN);
    run(parse_command_line()).await.unwrap_or_else(|problem| give_up(&problem));
    wait_until_printed();
}

/// Serves until the signal to stop.
async fn run(options: Options) -> Result<(), String> {
    let (log, limits) = (options.log()?, options.http_limits());
    let counts = HttpCounts::default();
    let mut router = guarded(site(log, HOLD_TIME), options.origins, HOLD_TIME, counts.clone());
    if options.verbose || stdout().is_terminal() {
        router = router.layer(from_fn(print_request));
    }
    let listener = listen(&options.address)?;
    serve(listener, router, limits, counts, told_to_stop()).await;
    Ok(())
}

/// Prints each request, the status of its answer, and the time that it took.
async fn print_request(request: Request, next: Next) -> Response {
    let (method, target) = (request.method().clone(), request.uri().clone());
    let began = Instant::now();
    let response = next.run(request).await;
    let (status, time) = (response.status().as_u16(), began.elapsed().as_millis());
    print_line(&format!("── {method} {target}: {status} after {time} ms"));
    response
}
