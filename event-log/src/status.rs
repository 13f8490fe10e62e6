//! What an operator wants to know of a log.

use std::time::Duration;

/// Where the events of a log are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// In the memory of this process.
    Memory,
    /// In a file.
    File,
    /// In Redis.
    Redis,
}

/// How a log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogStatus {
    /// Where its events are stored.
    pub medium: Medium,
    /// Whether an event can be stored now: the file can be written, or Redis can be reached and takes
    /// writes.
    pub is_writable: bool,
    /// The events that wait to be stored.
    pub waiting: usize,
    /// How long the oldest of them has waited. Zero if none waits.
    pub lag: Duration,
    /// The connections to Redis that were opened after the first one.
    pub reconnects: u64,
}
