//! Autobahn's 517 cases, for servers and for clients, and the original to compare them with.
//!
//! `suite` has the numbers of the cases, `verdict` how one came out. `report` and `scorecard` show
//! the outcomes. `original` runs Autobahn itself.

mod cases;
pub mod client;
pub mod command;
mod engine;
mod figure;
pub mod original;
mod payloads;
mod peer;
mod process;
mod report;
mod row;
pub mod score;
mod scorecard;
pub mod server;
pub(crate) mod suite;
pub mod verdict;
mod wire;
#[doc(hidden)]
pub fn select_for_scratch(patterns: &[String]) -> Vec<String> {
    let quick = patterns.iter().any(|p| p == "quick");
    let patterns: Vec<String> = patterns.iter().filter(|p| *p != "quick").cloned().collect();
    suite::select(&patterns, quick).unwrap()
}
