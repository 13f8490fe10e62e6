//! Runs the original Autobahn, and compares its verdicts with ours.
//!
//! `way` finds a way to run it, `run` runs it against a peer, and `recording` keeps its verdicts.

pub mod command;
pub mod recording;
mod run;
mod way;
