//! Autobahn's 517 cases, for servers and for clients, and the original to compare them with.
//!
//! `suite` has the numbers of the cases, `verdict` how one came out. `report` and `scorecard` show
//! the outcomes. `original` runs Autobahn itself.

pub mod client;
pub mod command;
mod figure;
pub mod original;
mod peer;
mod report;
mod row;
pub mod score;
mod scorecard;
pub mod server;
pub(crate) mod suite;
pub mod verdict;
