//! How long anything may take.

use std::time::Duration;

/// How long a test waits for anything before it fails.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// How long a step may take to end after it was asked to: its close timeout, which is 5 seconds
/// unless a flag sets another, one second more, and two for a busy machine.
pub const STOP_TIME: Duration = Duration::from_secs(8);
