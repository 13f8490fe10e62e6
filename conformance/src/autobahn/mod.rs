//! Autobahn's 517 cases, for servers and for clients, and the original to compare them with.
//!
//! `wire` is one end of a connection, without a socket. `cases` has a table for each group, and
//! `payloads` makes the data of the cases about compression. `engine` holds the conversation of
//! one case and rules on it; `server` and `client` do so with a peer. `suite` has the numbers of
//! the cases, `verdict` how one came out. `report` and `scorecard` show the outcomes. `original`
//! runs Autobahn itself.

mod cases;
pub mod client;
pub mod command;
mod engine;
mod figure;
pub mod first;
pub mod original;
mod payloads;
mod peer;
mod process;
pub mod report;
mod row;
pub mod score;
mod scorecard;
pub mod server;
pub mod suite;
pub mod verdict;
pub(crate) mod wire;
