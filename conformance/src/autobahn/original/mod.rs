//! Runs Autobahn, the field's conformance suite, against servers and clients.
//!
//! `find`, `wstest` and `docker` know how Autobahn is installed and started, `suite` knows its
//! cases. `run` runs some of the cases against one `peer`, `judge` runs all of them, and `report`
//! and `scorecard` say how they came out.

pub mod command;
mod docker;
mod find;
mod finish;
mod folders;
mod judge;
mod peer;
pub(super) mod report;
mod run;
mod wstest;
