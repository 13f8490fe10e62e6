//! The limit on how fast a member may send messages.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// A member may send this many seconds' worth of messages at once.
const BURST_SECONDS: u32 = 4;

/// How much of its rate a connection has used.
///
/// A member who sends too fast is slowed down, not disconnected. The server reads the next message
/// a little later, and the member's own TCP makes it wait. No message is lost.
#[derive(Debug)]
pub(crate) struct RateLimit {
    /// The time that one message costs.
    cost: Duration,
    /// The time at which all messages so far will be paid for.
    paid: Instant,
    /// When the last message was counted. To ask for the time costs something, too.
    counted: Instant,
}

// ANCHOR: rate_limit
impl RateLimit {
    /// Allows `rate` messages a second.
    pub(crate) fn new(rate: u32) -> Self {
        let now = Instant::now();
        Self { cost: Duration::from_secs(1) / rate.max(1), paid: now, counted: now }
    }

    /// Counts a message.
    pub(crate) fn count(&mut self) {
        self.counted = Instant::now();
        self.paid = self.paid.max(self.counted) + self.cost;
    }

    /// Returns how long nothing may be read, if at all. The timer is in a box, because most members
    /// never need it.
    pub(crate) fn rest(&self) -> Option<Pin<Box<Sleep>>> {
        let burst = Duration::from_secs(BURST_SECONDS.into());
        let until = self.paid.checked_sub(burst).filter(|until| *until > self.counted);
        let until = until.filter(|until| *until > Instant::now());
        until.map(|until| Box::pin(sleep_until(until)))
    }
}
// ANCHOR_END: rate_limit
