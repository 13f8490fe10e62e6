//! Autobahn's 517 cases, for servers and for clients, and the original to compare them with.
//!
//! `original` runs Autobahn itself.

mod figure;
pub mod original;
mod row;
mod scorecard;
mod suite;
pub mod verdict;
