//! Runs one check after the other against a server, a level a step, and says which byte was wrong.
//!
//! It shares no code with the steps: it has a frame writer and a frame reader of its own. It talks
//! only to the address that it is given, and every wait has a limit.
//!
//! The layers, lowest first: `wire` is a connection and what goes over it; `checks` asks the
//! server one question each; `runner` runs them; `report` writes down how they came out.

pub mod check;
pub mod checks;
mod chosen;
pub mod client;
pub mod command;
mod list;
mod memory;
pub mod options;
mod random;
pub mod report;
pub mod runner;
mod session;
pub mod stages;
pub(crate) mod wire;
