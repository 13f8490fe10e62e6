//! Many people in many processes, with a Redis between them.
//!
//! These tests only look at what a client can see: WebSockets, polls, and what a process prints.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on ends here"
)]

#[path = "../support/mod.rs"]
mod support;

mod page;
mod process;

mod coming_back;
mod history;
mod names;
mod outages;
mod refused_writes;
mod restart;
#[cfg(unix)]
mod stopping;
mod talking;
mod urls;
mod votes;
