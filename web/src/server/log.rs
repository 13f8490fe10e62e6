//! The log of a server: what an operator should know, on standard error.

use std::io::{IsTerminal, stderr};

use tracing::level_filters::LevelFilter;

use crate::output::ErrorWriter;

/// Writes what the server logs, at this level and above, to standard error. Logging never waits and
/// never fails, even if standard error is closed or full.
pub fn log_to_standard_error(level: LevelFilter) {
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(stderr().is_terminal())
        .with_writer(|| ErrorWriter)
        .init();
}
