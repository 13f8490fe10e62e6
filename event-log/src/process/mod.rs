//! The protocol of one process: what it tells the others, by way of the log, and what it concludes
//! from what it reads. No sockets, files or clocks.

pub mod command;
pub mod core;
pub mod cursor;
mod file_link;
mod link;
mod lives;
mod outage;
mod outbox;
#[allow(clippy::module_inception, reason = "the process itself, above its parts")]
pub mod process;
mod seats;

pub use outbox::OutboxFull;
