//! What all processes agree on: the sum of the log's entries.

pub mod entry;
