//! The simulated time.

/// Microseconds since the simulation began.
pub(crate) type Time = u64;

/// One millisecond.
pub(crate) const MILLISECOND: Time = 1_000;
/// One second.
pub(crate) const SECOND: Time = 1_000_000;
/// Milliseconds between 1970 and the beginning of each simulation.
pub(crate) const BEGAN: u64 = 1_700_000_000_000;
/// A process that gives no sign of life for this long may lose its names. Others count six answers of
/// Redis that are at least 450 ms apart.
pub(crate) const LEASE: Time = 5 * 450 * MILLISECOND;
