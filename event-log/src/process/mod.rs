//! The protocol of one process: what it writes into the log for the others, and what it concludes
//! from the entries that it reads. It contains no sockets, files or clocks.

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
