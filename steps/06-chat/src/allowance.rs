//! How much a connection may say: so many messages a second in the long run, and some at once.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Seconds' worth of messages that may come at once.
const AT_ONCE: u32 = 4;

/// What is left of a connection's allowance.
///
/// Who says more is not dropped and loses nothing: we listen to them again a little later, and
/// their own TCP makes them wait.
#[derive(Debug)]
pub(crate) struct Allowance {
    /// The time that one message costs.
    cost: Duration,
    /// When all that was said will have been paid for.
    paid: Instant,
}

// ANCHOR: allowance
impl Allowance {
    /// An allowance of `rate` messages a second.
    pub(crate) fn new(rate: u32) -> Self {
        Self { cost: Duration::from_secs(1) / rate.max(1), paid: Instant::now() }
    }

    /// Takes note of a message.
    pub(crate) fn spend(&mut self) {
        self.paid = self.paid.max(Instant::now()) + self.cost;
    }

    /// Waits until there is something left. May be dropped, and asked again.
    pub(crate) async fn left(&self) {
        let credit = Duration::from_secs(AT_ONCE.into());
        if let Some(when) = self.paid.checked_sub(credit)
            && when > Instant::now()
        {
            sleep_until(when).await;
        }
    }
}
// ANCHOR_END: allowance
