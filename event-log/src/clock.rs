//! The time of day, in the unit that event ids use.

use std::time::{SystemTime, UNIX_EPOCH};

/// Returns the milliseconds since 1970, by the clock of this machine.
pub fn unix_milliseconds() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
