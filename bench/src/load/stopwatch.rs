//! Counts for a while, after a while of warming up.

use std::time::{Duration, Instant};

/// The warm-up, as a part of the time that counts.
const WARM_UP: f64 = 0.33;

/// A count that only grows, looked at when the time begins that counts, and when it ends.
pub(super) struct Stopwatch {
    begins: Instant,
    time: Duration,
    mark: Option<(Instant, u64)>,
}

impl Stopwatch {
    /// Starts to warm up.
    pub(super) fn start(seconds: f64) -> Self {
        Self {
            begins: Instant::now() + Duration::from_secs_f64(seconds * WARM_UP),
            time: Duration::from_secs_f64(seconds),
            mark: None,
        }
    }

    /// Looks at the count if it is time for that; when the time is up, says how much it has grown in
    /// a second.
    pub(super) fn look(&mut self, count: impl FnOnce() -> u64) -> Option<f64> {
        let now = Instant::now();
        match self.mark {
            None if now >= self.begins => self.mark = Some((now, count())),
            #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
            Some((then, before)) if now >= then + self.time => {
                return Some((count() - before) as f64 / (now - then).as_secs_f64());
            }
            _ => {}
        }
        None
    }
}
