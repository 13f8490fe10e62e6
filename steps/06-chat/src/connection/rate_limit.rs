//! The limit on how fast a member may send messages.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

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
}

// ANCHOR: rate_limit
impl RateLimit {
    /// Allows `rate` messages a second.
    pub(crate) fn new(rate: u32) -> Self {
        Self { cost: Duration::from_secs(1) / rate.max(1), paid: Instant::now() }
    }

    /// Counts a message.
    pub(crate) fn count(&mut self) {
        self.paid = self.paid.max(Instant::now()) + self.cost;
    }

    /// Waits until another message may be read. This future may be dropped and called again.
    pub(crate) async fn wait(&self) {
        let burst = Duration::from_secs(BURST_SECONDS.into());
        if let Some(when) = self.paid.checked_sub(burst)
            && when > Instant::now()
        {
            sleep_until(when).await;
        }
    }
}
// ANCHOR_END: rate_limit
