//! Autobahn's 517 cases, for servers and for clients, and the original to compare them with.
//!
//! `suite` has the numbers of the cases, `verdict` how one came out. `report` and `scorecard` show
//! the outcomes. `original` runs Autobahn itself.

mod figure;
pub mod original;
mod report;
mod row;
mod scorecard;
pub(crate) mod suite;
pub mod verdict;
