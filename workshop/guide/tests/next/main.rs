//! What a reader types, from the outside.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod command_line;
mod programs;
mod screens;
mod solutions;
mod support;
