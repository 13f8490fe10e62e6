//! The limit on how fast a member may send messages.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// A member may send this many seconds' worth of messages at once.
const BURST_SECONDS: u32 = 4;

// ANCHOR: rate_limit
/// How much of its rate a connection has used.
///
/// A member who sends too fast is slowed down, not disconnected: the server reads the next message
/// later.
#[derive(Debug)]
pub(crate) struct RateLimit {
    /// Messages a second.
    rate: u32,
    /// The time at which all messages so far are within the rate.
    paid: Instant,
}

impl RateLimit {
    /// Allows `rate` messages a second.
    pub(crate) fn new(rate: u32) -> Self {
        Self { rate: rate.max(1), paid: Instant::now() }
    }

    /// Counts a message that is handled `now`. If the member is too fast, returns a timer: nothing is
    /// read until it ends. The timer is in a box, because most members never need it.
    pub(crate) fn count(&mut self, now: Instant) -> Option<Pin<Box<Sleep>>> {
        self.paid = self.paid.max(now) + Duration::from_secs(1) / self.rate;
        let burst = Duration::from_secs(BURST_SECONDS.into());
        let until = self.paid.checked_sub(burst).filter(|until| *until > now);
        until.map(|until| Box::pin(sleep_until(until)))
    }
}
// ANCHOR_END: rate_limit
