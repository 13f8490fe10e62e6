//! What all processes agree on: the sum of the log's entries.

mod counts;
pub mod entry;
pub mod fingerprint;
pub(crate) mod history;
mod keys;
pub mod names;
pub mod sum;
