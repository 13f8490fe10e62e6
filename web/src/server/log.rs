//! The log of a server: what an operator should know, on standard error.

use std::fmt::Display;
use std::io::{IsTerminal, stderr};

use tracing::level_filters::LevelFilter;
use tracing::warn;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::output::ErrorWriter;

/// The most bytes that are logged of why a request was refused: a stranger has chosen some of them.
const REFUSAL_MAX: usize = 500;

/// Logs why a request was refused that an operator may have to know of.
pub fn log_refusal(refusal: &dyn Display) {
    let refusal = refusal.to_string();
    let brief = &refusal[..refusal.floor_char_boundary(REFUSAL_MAX)];
    warn!("refused: {brief}{}", if brief.len() < refusal.len() { " …" } else { "" });
}

/// Writes what the server logs, at this level and above, to standard error. Logging never waits and
/// never fails, even if standard error is closed or full.
pub fn log_to_standard_error(level: LevelFilter) {
    // The crate h2 warns of wrong frames, and a client can send as many of them as it wants.
    let without_h2 = Targets::new().with_default(level).with_target("h2", LevelFilter::OFF);
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(stderr().is_terminal())
        .with_writer(|| ErrorWriter)
        .finish()
        .with(without_h2)
        .init();
}
