//! `just step 7`: the chat, the vote and the echo of step 6, over HTTP/2 and HTTP/1.1.

use http2::{Options, serve};
use tracing::level_filters::LevelFilter;
use web::run_on_tokio;
use web::server::log_to_standard_error;

/// See step 5.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let options = Options::from_command_line();
    let level = match options.chat.verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    log_to_standard_error(level);
    run_on_tokio(serve(&options));
}
