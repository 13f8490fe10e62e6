//! The chat behind nginx, HAProxy and Caddy, with the configurations of `deploy/`. There is no HAProxy
//! for Windows.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on ends here"
)]

#[path = "../container/compose.rs"]
#[allow(dead_code, reason = "the tests of the files use all of it")]
mod compose;
#[path = "../cluster/process.rs"]
#[allow(dead_code, reason = "the tests of the cluster use all of it")]
mod process;
#[path = "../support/mod.rs"]
mod support;

mod configuration;
mod deployment;
mod visitor;

mod below_a_path;
mod composed;
mod doors;
mod idle;
mod limits;
mod logs;
mod processes;
